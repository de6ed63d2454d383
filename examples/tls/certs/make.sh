#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes an authority, two certificates for a server on the loopback interface (the second to rotate to) and two for
# clients, each in this folder. They are for trying things out: their keys are public, and they last a hundred years.
set -eu
cd "$(dirname "$0")"
days=36500
quiet() { "$@" 2>/dev/null; }

key() { quiet openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

leaf() { # file, common name, usage, subject alternative names
  key "$1"
  quiet openssl req -new -key "$1.key" -out "$1.csr" -subj "/O=Petrel examples/CN=$2"
  printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=%s\nsubjectAltName=%s\n' \
    "$3" "$4" > "$1.ext"
  quiet openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -sha256 -days $days -extfile "$1.ext" -out "$1.pem"
  rm "$1.csr" "$1.ext"
}

key ca
quiet openssl req -x509 -new -key ca.key -sha256 -days $days -out ca.pem -subj "/O=Petrel examples/CN=Example authority" \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
leaf server server serverAuth DNS:localhost,IP:127.0.0.1,IP:::1
leaf server-next server-next serverAuth DNS:localhost,IP:127.0.0.1,IP:::1
leaf client ada clientAuth URI:spiffe://example.org/ada
leaf client-mallory mallory clientAuth URI:spiffe://example.org/mallory
rm -f ca.key ca.srl
