# SPDX-License-Identifier: Apache-2.0
"""grpcio as an interop server, with grpc-go's flags."""

import os
import signal
import sys
import time
from concurrent import futures

from service import (INITIAL_METADATA, TRAILING_METADATA, empty_pb2, grpc, messages_pb2, parse, payload, read,
                     test_pb2_grpc)


class TestService(test_pb2_grpc.TestServiceServicer):
    def EmptyCall(self, request, context):
        return empty_pb2.Empty()

    def UnaryCall(self, request, context):
        echo_metadata(context)
        abort_if_asked(request, context)
        if not request.response_compressed.value:
            context.disable_next_message_compression()
        server_id = f"grpcio {os.getpid()}" if request.fill_server_id else ""
        return messages_pb2.SimpleResponse(payload=payload(request.response_size), server_id=server_id)

    def StreamingInputCall(self, request_iterator, context):
        size = sum(len(request.payload.body) for request in request_iterator)
        return messages_pb2.StreamingInputCallResponse(aggregated_payload_size=size)

    def StreamingOutputCall(self, request, context):
        yield from responses(request, context)

    def FullDuplexCall(self, request_iterator, context):
        echo_metadata(context)
        for request in request_iterator:
            abort_if_asked(request, context)
            yield from responses(request, context)

    def HalfDuplexCall(self, request_iterator, context):
        for request in list(request_iterator):
            yield from responses(request, context)


def responses(request, context):
    for wanted in request.response_parameters:
        if wanted.interval_us > 0:
            time.sleep(wanted.interval_us / 1_000_000)
        if not wanted.compressed.value:
            context.disable_next_message_compression()
        yield messages_pb2.StreamingOutputCallResponse(payload=payload(wanted.size))


def echo_metadata(context):
    received = dict(context.invocation_metadata())
    if TRAILING_METADATA in received:
        context.set_trailing_metadata(((TRAILING_METADATA, received[TRAILING_METADATA]),))
    if INITIAL_METADATA in received:
        context.send_initial_metadata(((INITIAL_METADATA, received[INITIAL_METADATA]),))


def abort_if_asked(request, context):
    wanted = request.response_status
    if wanted.code != 0:
        code = next(code for code in grpc.StatusCode if code.value[0] == wanted.code)
        context.abort(code, wanted.message)


def main():
    flags = parse(port="10000", use_tls="false", tls_cert_file="", tls_key_file="")
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), compression=grpc.Compression.Gzip,
                         options=(("grpc.so_reuseport", 0),))
    test_pb2_grpc.add_TestServiceServicer_to_server(TestService(), server)
    address = f"127.0.0.1:{flags.port}"
    if flags.use_tls == "true":
        pair = (read(flags.tls_key_file), read(flags.tls_cert_file))
        server.add_secure_port(address, grpc.ssl_server_credentials((pair,)))
    else:
        server.add_insecure_port(address)
    server.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server.wait_for_termination()


main()
