// SPDX-License-Identifier: Apache-2.0
//! The unary part of the echo service as a tonic user writes it, on one thread. Prints `listening PORT`. `--tls CERT KEY`.
use std::pin::Pin;

use tokio::net::TcpListener;
use tokio_stream::{Stream, wrappers::TcpListenerStream};
use tonic::transport::{Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status, Streaming};

mod bench {
    tonic::include_proto!("bench.v1");
}
use bench::echo_service_server::{EchoService, EchoServiceServer};
use bench::{Chunk, Count, EchoMessage, Order, OrderReceipt};

struct Echo;

type Messages<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl EchoService for Echo {
    type ListStream = Messages<EchoMessage>;
    type ChatStream = Messages<EchoMessage>;
    type DownloadStream = Messages<Chunk>;

    async fn echo(&self, request: Request<EchoMessage>) -> Result<Response<EchoMessage>, Status> {
        Ok(Response::new(EchoMessage { text: request.into_inner().text }))
    }

    async fn echo_chunk(&self, request: Request<Chunk>) -> Result<Response<Chunk>, Status> {
        Ok(Response::new(Chunk { data: request.into_inner().data }))
    }

    async fn place_order(&self, request: Request<Order>) -> Result<Response<OrderReceipt>, Status> {
        let order = request.into_inner();
        let total = order.items.iter().map(|item| item.unit_price * f64::from(item.quantity)).sum();
        Ok(Response::new(OrderReceipt { id: order.id, total }))
    }

    async fn list(&self, _: Request<Count>) -> Result<Response<Self::ListStream>, Status> {
        Err(Status::unimplemented("only unary rows are measured"))
    }

    async fn chat(&self, _: Request<Streaming<EchoMessage>>) -> Result<Response<Self::ChatStream>, Status> {
        Err(Status::unimplemented("only unary rows are measured"))
    }

    async fn download(&self, _: Request<Count>) -> Result<Response<Self::DownloadStream>, Status> {
        Err(Status::unimplemented("only unary rows are measured"))
    }

    async fn upload(&self, _: Request<Streaming<Chunk>>) -> Result<Response<Count>, Status> {
        Err(Status::unimplemented("only unary rows are measured"))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let arguments: Vec<String> = std::env::args().collect();
    let mut server = Server::builder();
    if let [_, flag, cert, key] = &arguments[..] && flag == "--tls" {
        let identity = Identity::from_pem(std::fs::read(cert)?, std::fs::read(key)?);
        server = server.tls_config(ServerTlsConfig::new().identity(identity))?;
    }
    println!("listening {}", listener.local_addr()?.port());
    // h2load and the clients set it too: without it a reply in two writes waits for an acknowledgement.
    let incoming = tokio_stream::StreamExt::map(TcpListenerStream::new(listener), |socket| {
        socket.inspect(|socket| drop(socket.set_nodelay(true)))
    });
    server.add_service(EchoServiceServer::new(Echo)).serve_with_incoming(incoming).await?;
    Ok(())
}
