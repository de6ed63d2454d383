module petrel-fuzz/go-hpack

go 1.25.0

require golang.org/x/net v0.62.0
