# SPDX-License-Identifier: Apache-2.0
"""What grpcio's interop client and server share: flags, stubs, names."""

import argparse
import os

import grpc

# The stubs are generated as grpc/testing/*_pb2.py beside --gen; grpcio owns the package `grpc`, so it is widened.
grpc.__path__.append(os.path.join(os.environ["PETREL_INTEROP_GEN"], "grpc"))

from grpc.testing import empty_pb2, messages_pb2, test_pb2_grpc  # noqa: E402

INITIAL_METADATA = "x-grpc-test-echo-initial"
TRAILING_METADATA = "x-grpc-test-echo-trailing-bin"

__all__ = ["INITIAL_METADATA", "TRAILING_METADATA", "empty_pb2", "grpc", "messages_pb2", "parse", "payload",
           "read", "test_pb2_grpc"]


def parse(**defaults):
    """Reads --name=value flags; an unknown one ends the program."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name, default in defaults.items():
        parser.add_argument("--" + name, default=default)
    return parser.parse_args()


def payload(size):
    """A payload of `size` zero bytes."""
    return messages_pb2.Payload(body=bytes(size))


def read(path):
    with open(path, "rb") as file:
        return file.read()
