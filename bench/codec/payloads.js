// SPDX-License-Identifier: Apache-2.0
// The five messages of `npm run bench:codec`, the same in every run and every process.

const lineCount = 20;
const numberCount = 1_000;
const chunkBytes = 1 << 20;

const goods = [
  "Enamel kettle, two litres, dark green",
  "Oak chopping board",
  "Linen towel, set of four",
  "Bread knife, serrated, 24 cm",
];

const sentences = [
  "Die Fähre nach Ærø legt um sechs Uhr früh ab; wer übernachten möchte, fragt am besten im Gasthof „Zur schönen Aussicht“.",
  "山の上の古い寺へ行く道は、朝の霧の中でほとんど見えなかった。それでも鐘の音だけは、谷の向こうからはっきりと聞こえてきた。",
  "Поезд опоздал на два часа, и на перроне уже никого не было, кроме старого сторожа с фонарём.",
  "Η θάλασσα ήταν ήσυχη και το φως έπεφτε λοξά πάνω στα λευκά σπίτια του λιμανιού.",
  "In the harbour office they keep a ledger of every boat that has come in since 1871, and nobody has ever asked to see it.",
  "🚲 Abfahrt! 🗺️ Drei Inseln, zwei Räder, ein Zelt ⛺ — žádný plán, pár přátel a déšť ☔",
];

/** Inits in the form of protobuf-es, by the name of the payload; `type` is the message's name in payloads.proto. */
export const payloads = {
  user: { type: "User", init: user() },
  order: { type: "Order", init: order() },
  numbers: { type: "Numbers", init: numbers() },
  chunk: { type: "Chunk", init: chunk() },
  article: { type: "Article", init: article() },
};

function user() {
  return {
    id: "5b1d6f0e-93c7-4c58-8a44-7e20c1f9d3ab",
    email: "m.sklodowska@physics.example.org",
    fullName: "Maria Salomea Sklodowska",
    plan: 2,
    joinedAtMs: 1_763_712_000_123n,
    groups: ["staff", "reviewers", "radiology", "eu-west"],
  };
}

function order() {
  const place = {
    name: "Maria Sklodowska",
    street: "Rue d'Ulm 12",
    city: "Paris",
    postcode: "75005",
    country: "FR",
    latitude: 48.842109,
    longitude: 2.344891,
  };
  return {
    id: "ord-2026-11-21-000481516",
    buyer: user(),
    lines: Array.from({ length: lineCount }, (_, i) => line(i)),
    placedAt: { seconds: 1_763_712_000n, nanos: 123_000_000 },
    changedAt: { seconds: 1_763_715_600n, nanos: 5_000_000 },
    shipTo: place,
    billTo: place,
    labels: { shop: "north", season: "winter", batch: "2026-47", "price-list": "retail-b" },
    tallies: { seen: 31n, changed: 4n, refused: 0n },
    payment: {
      case: "card",
      value: { network: "CB", lastDigits: "4929", validMonth: 7, validYear: 2031 },
    },
    stage: 2,
    traceId: 0x000e_3779_b97f_4a7cn,
    urgency: 3,
    steps: [1, 2].map((stage) => ({
      stage,
      at: { seconds: 1_763_712_000n + BigInt(stage * 90), nanos: 7 },
      by: "warehouse-7@north.example",
    })),
  };
}

function line(i) {
  return {
    sku: `NRD-${100_000 + i * 7_919}-${i}`,
    name: `${goods[i % goods.length]} / ${i}`,
    count: 1 + (i % 6),
    price: { currency: "EUR", whole: BigInt(8 + i * 11), nanos: 950_000_000 },
    discount: i % 3 === 0 ? 0 : 0.04 * i,
    wrapped: i % 5 === 0,
    options: i % 2 === 0 ? { finish: "matt" } : { finish: "polished", size: i % 4 === 1 ? "large" : "small" },
    ...(i % 6 === 0 ? { remark: "ring twice, second floor" } : {}),
  };
}

/** Varints of every length, one in ten negative. */
function numbers() {
  const random = randomNumbers();
  return {
    doubles: Array.from({ length: numberCount }, () => (random() - 0.5) * 1e6),
    ints: Array.from(
      { length: numberCount },
      (_, i) => Math.floor(random() * 2 ** (1 + (i % 20))) * (i % 10 === 9 ? -1 : 1),
    ),
    longs: Array.from({ length: numberCount }, (_, i) => BigInt(Math.round((random() - 0.5) * 2 ** (4 + (i % 50))))),
  };
}

function chunk() {
  const data = new Uint8Array(chunkBytes);
  for (let i = 0; i < data.length; i++) data[i] = i * 37;
  return { path: "archive/2026-11-21/ledger.tar.zst", offset: 73_400_320n, checksum: 0x9e3779b9, data, last: false };
}

function article() {
  return {
    title: "Drei Inseln – ein Reisebericht 三つの島",
    author: "Jürgen Škvorecký",
    paragraphs: Array.from({ length: 18 }, (_, i) => sentences[i % sentences.length]),
    keywords: ["reise", "島", "путешествие", "νησί", "Ærø"],
    translations: { de: "Drei Inseln", ja: "三つの島", ru: "Три острова", el: "Τρία νησιά" },
  };
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function randomNumbers() {
  let state = 0x51ed270b;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
