# SPDX-License-Identifier: Apache-2.0
"""Google's upb, as far as the codec's fuzzer asks it. One process answers all batches of a run.

stdin and stdout carry frames: 4 bytes of little-endian length, then that many bytes. The first frame is a
FileDescriptorSet, the second the names of the message types, one a line. Each further one is a batch of inputs, each
    uint16 index of the type, uint32 length and the input, uint32 length and its re-encoding (0xffffffff: there is none)
and is answered with, for each input, a byte
    0 rejected, 1 accepted, 2 accepted and the re-encoding means another message, 3 accepted and the re-encoding rejected
after 2 follow both messages as upb writes them: uint32 length and bytes, twice.
"""
import struct
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory
from google.protobuf.internal import api_implementation

NONE = 0xFFFFFFFF


def read_frame(source):
    prefix = source.read(4)
    if len(prefix) < 4:
        return None
    (length,) = struct.unpack("<I", prefix)
    return source.read(length)


def strip(proto):
    """Without extensions, which Petrel keeps as unknown fields; so upb must not know them either."""
    del proto.extension[:]
    messages = proto.message_type if isinstance(proto, descriptor_pb2.FileDescriptorProto) else proto.nested_type
    for nested in messages:
        # Message sets hold nothing but extensions; their ranges are larger than those of others.
        if nested.options.message_set_wire_format:
            nested.options.ClearField("message_set_wire_format")
            del nested.extension_range[:]
        strip(nested)


def load(descriptors, names):
    files = descriptor_pb2.FileDescriptorSet.FromString(descriptors)
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        strip(file)
        pool.AddSerializedFile(file.SerializeToString())
    return [message_factory.GetMessageClass(pool.FindMessageTypeByName(name)) for name in names]


def canonical(parsed):
    return parsed.SerializePartialToString(deterministic=True)


def judge(kind, given, again):
    first = kind()
    try:
        first.MergeFromString(given)
    except message.DecodeError:
        return b"\0"
    if again is None:
        return b"\1"
    second = kind()
    try:
        second.MergeFromString(again)
    except message.DecodeError:
        return b"\3"
    expected, actual = canonical(first), canonical(second)
    if expected == actual:
        return b"\1"
    return b"\2" + struct.pack("<I", len(expected)) + expected + struct.pack("<I", len(actual)) + actual


def answers(batch, kinds):
    at = 0
    while at < len(batch):
        index, length = struct.unpack_from("<HI", batch, at)
        at += 6
        given = batch[at : at + length]
        at += length
        (length,) = struct.unpack_from("<I", batch, at)
        at += 4
        again = None
        if length != NONE:
            again = batch[at : at + length]
            at += length
        yield judge(kinds[index], given, again)


def main():
    if api_implementation.Type() != "upb":
        sys.exit("this protobuf is not built on upb but on " + api_implementation.Type())
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    descriptors = read_frame(source)
    names = read_frame(source).decode().split("\n")
    kinds = load(descriptors, names)
    while (batch := read_frame(source)) is not None:
        reply = b"".join(answers(batch, kinds))
        sink.write(struct.pack("<I", len(reply)) + reply)
        sink.flush()


main()
