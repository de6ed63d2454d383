// SPDX-License-Identifier: Apache-2.0

// The echo service as a grpc-go user writes it, but for generated code: google.protobuf.StringValue has the same
// bytes as bench.v1.EchoMessage. Prints `listening PORT`.
package main

import (
	"context"
	"fmt"
	"log"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

type echoServer interface {
	Echo(context.Context, *wrapperspb.StringValue) (*wrapperspb.StringValue, error)
}

type echo struct{}

func (echo) Echo(_ context.Context, request *wrapperspb.StringValue) (*wrapperspb.StringValue, error) {
	return &wrapperspb.StringValue{Value: request.GetValue()}, nil
}

func handleEcho(server any, ctx context.Context, decode func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
	request := new(wrapperspb.StringValue)
	if err := decode(request); err != nil {
		return nil, err
	}
	if interceptor == nil {
		return server.(echoServer).Echo(ctx, request)
	}
	info := &grpc.UnaryServerInfo{Server: server, FullMethod: "/bench.v1.EchoService/Echo"}
	return interceptor(ctx, request, info, func(ctx context.Context, request any) (any, error) {
		return server.(echoServer).Echo(ctx, request.(*wrapperspb.StringValue))
	})
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "bench.v1.EchoService",
		HandlerType: (*echoServer)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "Echo", Handler: handleEcho}},
	}, echo{})
	fmt.Printf("listening %d\n", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(server.Serve(listener))
}
