// SPDX-License-Identifier: Apache-2.0

// The load of ../../load.js as a grpc-go user writes it: `client PORT WORK SECONDS IN_FLIGHT PROTOS [CA]`.
package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	pb "petrel-bench/grpc-go/gen/benchv1"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"
)

const (
	text         = "sixteen bytes ok"
	token        = "Bearer eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJjdXNfOGYxNGU0NWYiLCJzY29wZSI6Im9yZGVyczp3cml0ZSJ9.c2lnbmF0dXJl"
	listMessages = 10_000
	chatMessages = 1_000
	chunks       = 1_024
)

var (
	smallChunk = bytes.Repeat([]byte("a"), 64*1024)
	largeChunk = bytes.Repeat([]byte("a"), 1024*1024)
)

func main() {
	port, work, protos := os.Args[1], os.Args[2], os.Args[5]
	span := time.Duration(must(strconv.ParseFloat(os.Args[3], 64)) * float64(time.Second))
	inFlight := must(strconv.Atoi(os.Args[4]))
	identity := insecure.NewCredentials()
	if len(os.Args) > 6 {
		identity = must(credentials.NewClientTLSFromFile(os.Args[6], ""))
	}
	connection := must(grpc.NewClient("localhost:"+port, grpc.WithTransportCredentials(identity), grpc.WithUnaryInterceptor(addToken)))
	call := works(pb.NewEchoServiceClient(connection), protos)[work]

	load(time.Second, inFlight, call)
	cpuBefore := cpuUs()
	began := time.Now()
	latencies := load(span, inFlight, call)
	elapsed := time.Since(began)
	slices.Sort(latencies)
	percentile := func(share float64) float64 {
		return float64(latencies[int(share*float64(len(latencies)-1))].Nanoseconds()) / 1e3
	}
	line := must(json.Marshal(map[string]float64{
		"calls":   float64(len(latencies)),
		"seconds": elapsed.Seconds(),
		"p50Us":   percentile(0.5),
		"p99Us":   percentile(0.99),
		"cpuUs":   cpuUs() - cpuBefore,
	}))
	fmt.Println(string(line))
}

func load(span time.Duration, inFlight int, call func() error) []time.Duration {
	var all []time.Duration
	var lock sync.Mutex
	var workers sync.WaitGroup
	end := time.Now().Add(span)
	for range inFlight {
		workers.Go(func() {
			var latencies []time.Duration
			for began := time.Now(); began.Before(end); {
				if err := call(); err != nil {
					log.Fatal(err)
				}
				ended := time.Now()
				latencies = append(latencies, ended.Sub(began))
				began = ended
			}
			lock.Lock()
			defer lock.Unlock()
			all = append(all, latencies...)
		})
	}
	workers.Wait()
	return all
}

func works(client pb.EchoServiceClient, protos string) map[string]func() error {
	order := &pb.Order{}
	check(protojson.Unmarshal(must(os.ReadFile(protos+"/order.json")), order))
	pairs := readMetadata(protos + "/metadata.json")
	ctx := context.Background()
	return map[string]func() error{
		"echo": func() error {
			_, err := client.Echo(ctx, &pb.EchoMessage{Text: text})
			return err
		},
		"echoChunk": func() error {
			_, err := client.EchoChunk(ctx, &pb.Chunk{Data: largeChunk})
			return err
		},
		"list": func() error {
			stream, err := client.List(ctx, &pb.Count{Value: listMessages})
			return readAll(stream, err, listMessages)
		},
		"download": func() error {
			stream, err := client.Download(ctx, &pb.Count{Value: chunks})
			return readAll(stream, err, chunks)
		},
		"chat": func() error {
			stream, err := client.Chat(ctx)
			if err != nil {
				return err
			}
			go func() {
				for range chatMessages {
					check(stream.Send(&pb.EchoMessage{Text: text}))
				}
				check(stream.CloseSend())
			}()
			return readAll[pb.EchoMessage](stream, nil, chatMessages)
		},
		"upload": func() error {
			stream, err := client.Upload(ctx)
			if err != nil {
				return err
			}
			for range chunks {
				check(stream.Send(&pb.Chunk{Data: smallChunk}))
			}
			_, err = stream.CloseAndRecv()
			return err
		},
		"placeOrder": func() error {
			ctx, cancel := context.WithTimeout(metadata.AppendToOutgoingContext(ctx, pairs...), 10*time.Second)
			defer cancel()
			_, err := client.PlaceOrder(ctx, order)
			return err
		},
	}
}

type receiver[T any] interface{ Recv() (*T, error) }

func readAll[T any](stream receiver[T], err error, expected int) error {
	if err != nil {
		return err
	}
	for count := 0; ; count++ {
		_, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			if count != expected {
				return fmt.Errorf("%d of %d messages", count, expected)
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func addToken(ctx context.Context, method string, request, reply any, connection *grpc.ClientConn, next grpc.UnaryInvoker, options ...grpc.CallOption) error {
	if strings.HasSuffix(method, "/PlaceOrder") {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", token)
	}
	return next(ctx, method, request, reply, connection, options...)
}

func readMetadata(path string) []string {
	var entries map[string]string
	check(json.Unmarshal(must(os.ReadFile(path)), &entries))
	var pairs []string
	for name, value := range entries {
		if strings.HasSuffix(name, "-bin") {
			value = string(must(base64.StdEncoding.DecodeString(value)))
		}
		pairs = append(pairs, name, value)
	}
	return pairs
}

func cpuUs() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e3
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
