// SPDX-License-Identifier: Apache-2.0

// The echo service as a grpc-go user writes it. Prints `listening PORT`. `--tls CERT KEY`, `--interceptor`.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"slices"

	pb "petrel-bench/grpc-go/gen/benchv1"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const (
	text  = "sixteen bytes ok"
	token = "Bearer eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJjdXNfOGYxNGU0NWYiLCJzY29wZSI6Im9yZGVyczp3cml0ZSJ9.c2lnbmF0dXJl"
)

var chunk = bytes.Repeat([]byte("a"), 64*1024)

type echo struct {
	pb.UnimplementedEchoServiceServer
}

func (echo) Echo(_ context.Context, request *pb.EchoMessage) (*pb.EchoMessage, error) {
	return &pb.EchoMessage{Text: request.GetText()}, nil
}

func (echo) List(request *pb.Count, stream grpc.ServerStreamingServer[pb.EchoMessage]) error {
	for range request.GetValue() {
		if err := stream.Send(&pb.EchoMessage{Text: text}); err != nil {
			return err
		}
	}
	return nil
}

func (echo) Chat(stream grpc.BidiStreamingServer[pb.EchoMessage, pb.EchoMessage]) error {
	for {
		message, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := stream.Send(message); err != nil {
			return err
		}
	}
}

func (echo) EchoChunk(_ context.Context, request *pb.Chunk) (*pb.Chunk, error) {
	return &pb.Chunk{Data: request.GetData()}, nil
}

func (echo) Download(request *pb.Count, stream grpc.ServerStreamingServer[pb.Chunk]) error {
	for range request.GetValue() {
		if err := stream.Send(&pb.Chunk{Data: chunk}); err != nil {
			return err
		}
	}
	return nil
}

func (echo) Upload(stream grpc.ClientStreamingServer[pb.Chunk, pb.Count]) error {
	count := &pb.Count{}
	for {
		_, err := stream.Recv()
		if err == io.EOF {
			return stream.SendAndClose(count)
		}
		if err != nil {
			return err
		}
		count.Value++
	}
}

func (echo) PlaceOrder(_ context.Context, order *pb.Order) (*pb.OrderReceipt, error) {
	receipt := &pb.OrderReceipt{Id: order.GetId()}
	for _, item := range order.GetItems() {
		receipt.Total += item.GetUnitPrice() * float64(item.GetQuantity())
	}
	return receipt, nil
}

func authenticate(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	if !slices.Contains(metadata.ValueFromIncomingContext(ctx, "authorization"), token) {
		return nil, status.Error(codes.Unauthenticated, "a token is required")
	}
	return next(ctx, request)
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	var options []grpc.ServerOption
	if at := slices.Index(os.Args, "--tls"); at > 0 {
		identity, err := credentials.NewServerTLSFromFile(os.Args[at+1], os.Args[at+2])
		if err != nil {
			log.Fatal(err)
		}
		options = append(options, grpc.Creds(identity))
	}
	if slices.Contains(os.Args, "--interceptor") {
		options = append(options, grpc.UnaryInterceptor(authenticate))
	}
	server := grpc.NewServer(options...)
	pb.RegisterEchoServiceServer(server, echo{})
	fmt.Printf("listening %d\n", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(server.Serve(listener))
}
