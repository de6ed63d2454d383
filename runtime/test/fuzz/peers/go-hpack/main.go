// SPDX-License-Identifier: Apache-2.0

// Encodes and decodes HPACK stories (standard input, JSON) with golang.org/x/net/http2/hpack.
package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/net/http2/hpack"
)

type story struct {
	TableBytes uint32        `json:"tableBytes"`
	Lists      [][][2]string `json:"lists"`
	Blocks     []string      `json:"blocks"`
}

type reading struct {
	Blocks []string      `json:"blocks"`
	Lists  [][][2]string `json:"lists"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var stories []story
	if err := json.NewDecoder(os.Stdin).Decode(&stories); err != nil {
		return err
	}
	readings := make([]reading, 0, len(stories))
	for _, one := range stories {
		blocks, err := encode(one)
		if err != nil {
			return err
		}
		lists, err := decode(one)
		if err != nil {
			return fmt.Errorf("table of %d bytes: %w", one.TableBytes, err)
		}
		readings = append(readings, reading{blocks, lists})
	}
	return json.NewEncoder(os.Stdout).Encode(readings)
}

func encode(one story) ([]string, error) {
	var buffer bytes.Buffer
	encoder := hpack.NewEncoder(&buffer)
	encoder.SetMaxDynamicTableSizeLimit(one.TableBytes)
	encoder.SetMaxDynamicTableSize(one.TableBytes)
	blocks := []string{}
	for _, list := range one.Lists {
		buffer.Reset()
		for _, pair := range list {
			sensitive := pair[0] == "authorization"
			if err := encoder.WriteField(hpack.HeaderField{Name: pair[0], Value: pair[1], Sensitive: sensitive}); err != nil {
				return nil, err
			}
		}
		blocks = append(blocks, hex.EncodeToString(buffer.Bytes()))
	}
	return blocks, nil
}

func decode(one story) ([][][2]string, error) {
	decoder := hpack.NewDecoder(4096, nil)
	decoder.SetAllowedMaxDynamicTableSize(one.TableBytes)
	lists := [][][2]string{}
	for _, block := range one.Blocks {
		octets, err := hex.DecodeString(block)
		if err != nil {
			return nil, err
		}
		fields, err := decoder.DecodeFull(octets)
		if err != nil {
			return nil, err
		}
		list := [][2]string{}
		for _, field := range fields {
			list = append(list, [2]string{field.Name, field.Value})
		}
		lists = append(lists, list)
	}
	return lists, nil
}
