// SPDX-License-Identifier: Apache-2.0
//! Generates the echo service from the descriptors that `buf build` wrote to BENCH_DESCRIPTORS, so that no protoc is needed.
use prost::Message;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-env-changed=BENCH_DESCRIPTORS");
    let path = std::env::var("BENCH_DESCRIPTORS")?;
    println!("cargo:rerun-if-changed={path}");
    let descriptors = prost_types::FileDescriptorSet::decode(&*std::fs::read(path)?)?;
    tonic_prost_build::configure().build_client(false).compile_fds(descriptors)?;
    Ok(())
}
