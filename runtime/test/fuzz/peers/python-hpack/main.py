# SPDX-License-Identifier: Apache-2.0
"""Encodes and decodes HPACK stories (standard input, JSON) with the package hpack."""

import json
import sys

from hpack import Decoder, Encoder
from hpack.struct import HeaderTuple, NeverIndexedHeaderTuple


def encode(story):
    encoder = Encoder()
    encoder.header_table_size = story["tableBytes"]
    blocks = []
    for fields in story["lists"]:
        tuples = [
            (NeverIndexedHeaderTuple if name == "authorization" else HeaderTuple)(name, value)
            for name, value in fields
        ]
        blocks.append(encoder.encode(tuples).hex())
    return blocks


def decode(story):
    decoder = Decoder()
    decoder.max_header_list_size = 1 << 20
    decoder.max_allowed_table_size = story["tableBytes"]
    lists = []
    for block in story["blocks"]:
        fields = decoder.decode(bytes.fromhex(block))
        lists.append([[str(name), str(value)] for name, value in fields])
    return lists


stories = json.load(sys.stdin)
json.dump([{"blocks": encode(story), "lists": decode(story)} for story in stories], sys.stdout)
