# SPDX-License-Identifier: Apache-2.0
"""grpcio as an interop client, with grpc-go's flags. Runs one case; exit status 0 says that it passed."""

import queue
import time

from service import (INITIAL_METADATA, TRAILING_METADATA, empty_pb2, grpc, messages_pb2, parse, payload, read,
                     test_pb2_grpc)

REQUEST_SIZES = (27_182, 8, 1_828, 45_904)
RESPONSE_SIZES = (31_415, 9, 2_653, 58_979)
SOAK_ITERATIONS = 10
ACCEPTABLE_LATENCY_S = 1.0

flags = parse(server_host="localhost", server_port="10000", server_host_override="", use_tls="false", ca_file="",
              test_case="large_unary", compression_probe="true")


def empty_unary(stub):
    equal(stub.EmptyCall(empty_pb2.Empty()), empty_pb2.Empty())


def large_unary(stub, compression=None, **more):
    request = messages_pb2.SimpleRequest(response_size=314_159, payload=payload(271_828), **more)
    equal(len(stub.UnaryCall(request, compression=compression).payload.body), 314_159)


def client_streaming(stub):
    requests = (messages_pb2.StreamingInputCallRequest(payload=payload(size)) for size in REQUEST_SIZES)
    equal(stub.StreamingInputCall(requests).aggregated_payload_size, 74_922)


def server_streaming(stub):
    stream_output(stub, [messages_pb2.ResponseParameters(size=size) for size in RESPONSE_SIZES])


def stream_output(stub, wanted):
    call = stub.StreamingOutputCall(messages_pb2.StreamingOutputCallRequest(response_parameters=wanted))
    equal([len(reply.payload.body) for reply in call], [one.size for one in wanted])
    equal(call.code(), grpc.StatusCode.OK)


def ping_pong(stub):
    requests = Requests()
    call = stub.FullDuplexCall(requests)
    for request_size, response_size in zip(REQUEST_SIZES, RESPONSE_SIZES):
        requests.put(duplex_request(response_size, request_size))
        equal(len(next(call).payload.body), response_size)
    requests.end()
    equal(list(call), [])
    equal(call.code(), grpc.StatusCode.OK)


def empty_stream(stub):
    call = stub.FullDuplexCall(iter(()))
    equal(list(call), [])
    equal(call.code(), grpc.StatusCode.OK)


def custom_metadata(stub):
    sent = ((INITIAL_METADATA, "test_initial_metadata_value"), (TRAILING_METADATA, b"\xab\xab\xab"))
    request = messages_pb2.SimpleRequest(response_size=1, payload=payload(1))
    _, unary = stub.UnaryCall.with_call(request, metadata=sent)
    duplex = stub.FullDuplexCall(iter((duplex_request(1, 1),)), metadata=sent)
    equal(len(list(duplex)), 1)
    for call in (unary, duplex):
        equal([value for name, value in call.initial_metadata() if name == INITIAL_METADATA], [sent[0][1]])
        equal([value for name, value in call.trailing_metadata() if name == TRAILING_METADATA], [sent[1][1]])


def status_code_and_message(stub):
    status = echoed_status(stub, "test status message")
    request = messages_pb2.StreamingOutputCallRequest(response_status=status)
    error = expect(lambda: list(stub.FullDuplexCall(iter((request,)))), grpc.StatusCode.UNKNOWN)
    equal(error.details(), status.message)


def special_status_message(stub):
    echoed_status(stub, "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n")


def echoed_status(stub, message):
    status = messages_pb2.EchoStatus(code=2, message=message)
    request = messages_pb2.SimpleRequest(response_status=status)
    equal(expect(lambda: stub.UnaryCall(request), grpc.StatusCode.UNKNOWN).details(), message)
    return status


def unimplemented_method(stub):
    expect(lambda: stub.UnimplementedCall(empty_pb2.Empty()), grpc.StatusCode.UNIMPLEMENTED)


def unimplemented_service(_stub):
    stub = test_pb2_grpc.UnimplementedServiceStub(channel)
    expect(lambda: stub.UnimplementedCall(empty_pb2.Empty()), grpc.StatusCode.UNIMPLEMENTED)


def cancel_after_begin(stub):
    requests = Requests()
    call = stub.StreamingInputCall.future(requests)
    call.cancel()
    requests.end()
    equal(call.cancelled(), True)
    equal(call.code(), grpc.StatusCode.CANCELLED)


def cancel_after_first_response(stub):
    requests = Requests()
    call = stub.FullDuplexCall(requests)
    requests.put(duplex_request(31_415, 27_182))
    equal(len(next(call).payload.body), 31_415)
    call.cancel()
    requests.end()
    expect(lambda: next(call), grpc.StatusCode.CANCELLED)


def timeout_on_sleeping_server(stub):
    requests = Requests()
    requests.put(messages_pb2.StreamingOutputCallRequest(payload=payload(27_182)))
    call = stub.FullDuplexCall(requests, timeout=0.001)
    expect(lambda: next(call), grpc.StatusCode.DEADLINE_EXCEEDED)
    requests.end()


def client_compressed_unary(stub):
    yes, no = messages_pb2.BoolValue(value=True), messages_pb2.BoolValue(value=False)
    if flags.compression_probe == "true":
        expect(lambda: large_unary(stub, expect_compressed=yes), grpc.StatusCode.INVALID_ARGUMENT)
    large_unary(stub, compression=grpc.Compression.Gzip, expect_compressed=yes)
    large_unary(stub, expect_compressed=no)


def server_compressed_unary(stub):
    """grpcio hides the flag of a message received: what is checked is that both replies come out whole."""
    for value in (True, False):
        large_unary(stub, response_compressed=messages_pb2.BoolValue(value=value))


def server_compressed_streaming(stub):
    stream_output(stub, [
        messages_pb2.ResponseParameters(size=31_415, compressed=messages_pb2.BoolValue(value=True)),
        messages_pb2.ResponseParameters(size=92_653, compressed=messages_pb2.BoolValue(value=False)),
    ])


def pick_first_unary(stub):
    request = messages_pb2.SimpleRequest(response_size=1, fill_server_id=True)
    seen = {stub.UnaryCall(request).server_id for _ in range(100)}
    equal((len(seen), "" in seen), (1, False))


def concurrent_large_unary(stub):
    request = messages_pb2.SimpleRequest(response_size=314_159, payload=payload(271_828))
    for call in [stub.UnaryCall.future(request) for _ in range(1_000)]:
        equal(len(call.result().payload.body), 314_159)


def rpc_soak(stub):
    for _ in range(SOAK_ITERATIONS):
        soak_once(stub)


def channel_soak(_stub):
    for _ in range(SOAK_ITERATIONS):
        with open_channel() as fresh:
            soak_once(test_pb2_grpc.TestServiceStub(fresh))


def soak_once(stub):
    started = time.monotonic()
    large_unary(stub)
    took = time.monotonic() - started
    if took > ACCEPTABLE_LATENCY_S:
        raise AssertionError(f"an iteration took {took:.3f} s")


class Requests:
    """An iterator of requests that is fed while the call runs."""

    def __init__(self):
        self._queue = queue.Queue()

    def put(self, request):
        self._queue.put(request)

    def end(self):
        self._queue.put(None)

    def __iter__(self):
        return self

    def __next__(self):
        request = self._queue.get()
        if request is None:
            raise StopIteration
        return request


def duplex_request(response_size, request_size):
    wanted = (messages_pb2.ResponseParameters(size=response_size),)
    return messages_pb2.StreamingOutputCallRequest(response_parameters=wanted, payload=payload(request_size))


def open_channel():
    target = f"{flags.server_host}:{flags.server_port}"
    # Without a subchannel pool of its own a second channel would share the first one's connection.
    options = [("grpc.use_local_subchannel_pool", 1)]
    if flags.use_tls != "true":
        return grpc.insecure_channel(target, options=options)
    if flags.server_host_override:
        options.append(("grpc.ssl_target_name_override", flags.server_host_override))
    return grpc.secure_channel(target, grpc.ssl_channel_credentials(read(flags.ca_file)), options=options)


def expect(call, code):
    try:
        call()
    except grpc.RpcError as error:
        equal(error.code(), code)
        return error
    raise AssertionError(f"expected {code}, got a reply")


def equal(actual, expected):
    if actual != expected:
        raise AssertionError(f"got {actual!r}, expected {expected!r}")


CASES = {case.__name__: case for case in (
    empty_unary, large_unary, client_streaming, server_streaming, ping_pong, empty_stream, custom_metadata,
    status_code_and_message, special_status_message, unimplemented_method, unimplemented_service, cancel_after_begin,
    cancel_after_first_response, timeout_on_sleeping_server, client_compressed_unary, server_compressed_unary,
    server_compressed_streaming, pick_first_unary, concurrent_large_unary, rpc_soak, channel_soak)}

with open_channel() as channel:
    CASES[flags.test_case](test_pb2_grpc.TestServiceStub(channel))
