import type { ByteReader } from "./byte_reader.ts";
import { CheckpointError } from "./errors.ts";

/** A Python function or class that a host allows; it never is the Python one. */
export interface PickleGlobal {
  /** Its dotted name. */
  readonly path: string;
  /** What stands in for a call; absent: it is only named, never called. */
  readonly call?: (args: readonly unknown[]) => unknown;
}

/** What a pickle may reach outside itself. */
export interface PickleHost {
  /**
   * Allows a global, or throws.
   *
   * @param path Dotted name, such as `collections.OrderedDict`.
   */
  global(path: string): PickleGlobal;
  /**
   * Resolves a persistent id, or throws.
   *
   * @param id What the pickle gives.
   */
  persistent(id: unknown): unknown;
}

/**
 * Reads one pickle up to its STOP: the opcodes of protocol 2 that state dicts need. Nothing is ever
 * executed; a global that the host does not know ends the reading. Tuples and lists become arrays,
 * dicts become maps.
 *
 * @param reader Where the pickle begins; afterwards it stands behind it.
 * @param host What globals and persistent ids mean.
 * @returns The value.
 * @throws {CheckpointError} `damaged_checkpoint`, `unsupported_checkpoint`, or what the host throws.
 *
 * @example The list [1, 2]
 * ```ts
 * import { ByteReader } from "./byte_reader.ts";
 * import { readPickle } from "./pickle.ts";
 * import assert from "node:assert/strict";
 *
 * const bytes = Uint8Array.fromHex("80025d71002" + "84b014b02652e");
 * const refuse = () => {
 *   throw new TypeError("nothing is allowed");
 * };
 * const host = { global: refuse, persistent: refuse };
 * assert.deepEqual(readPickle(new ByteReader(bytes, "a list"), host), [1, 2]);
 * ```
 */
export function readPickle(reader: ByteReader, host: PickleHost): unknown {
  const machine = new Machine(reader, host);
  for (let code = reader.u8(); code !== STOP; code = reader.u8()) {
    const operation = OPERATIONS[code];
    if (!operation) throw unsupported(`opcode 0x${code.toString(16).padStart(2, "0")}`);
    operation(machine);
  }
  return machine.pop();
}

const STOP = 0x2e;

class Machine {
  readonly reader: ByteReader;
  readonly host: PickleHost;
  readonly #memo = new Map<number, unknown>();
  readonly #marks: number[] = [];
  readonly #start: number;
  #stack: unknown[] = [];
  #taken = 0;

  constructor(reader: ByteReader, host: PickleHost) {
    this.reader = reader;
    this.host = host;
    this.#start = reader.position;
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    return this.popMany(1)[0];
  }

  top(): unknown {
    if (this.#stack.length === 0) throw damaged("it takes from an empty stack");
    return this.#stack.at(-1);
  }

  popMany(count: number): unknown[] {
    if (this.#stack.length < count) throw damaged("it takes from an empty stack");
    return this.#stack.splice(this.#stack.length - count, count);
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  popToMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw damaged("it lacks a mark");
    return this.#stack.splice(mark);
  }

  put(index: number): void {
    this.#memo.set(index, this.top());
  }

  get(index: number): void {
    if (!this.#memo.has(index)) throw damaged(`it takes the value ${index}, which it never kept`);
    this.push(this.#memo.get(index));
  }

  /** Calls that take one kept list again and again would make much of few bytes. */
  countTaken(args: readonly unknown[]): void {
    for (const arg of args) if (Array.isArray(arg)) this.#taken += arg.length;
    if (this.#taken > this.reader.position - this.#start) {
      throw damaged("its calls take more items than it has bytes");
    }
  }
}

type Operation = (machine: Machine) => void;

/** Opcodes by byte; the names are those of Python's `pickletools`. */
const OPERATIONS: Readonly<Record<number, Operation>> = {
  0x80: (m) => assertProtocol(m.reader.u8()), // PROTO
  0x28: (m) => m.mark(), // MARK
  0x30: (m) => m.pop(), // POP
  0x4e: (m) => m.push(null), // NONE
  0x88: (m) => m.push(true), // NEWTRUE
  0x89: (m) => m.push(false), // NEWFALSE
  0x4a: (m) => m.push(m.reader.i32()), // BININT
  0x4b: (m) => m.push(m.reader.u8()), // BININT1
  0x4d: (m) => m.push(m.reader.u16()), // BININT2
  0x8a: (m) => m.push(readLong(m.reader.bytes(m.reader.u8()))), // LONG1
  0x47: (m) => m.push(m.reader.bigEndianDouble()), // BINFLOAT
  0x58: (m) => m.push(m.reader.text(m.reader.u32())), // BINUNICODE
  0x55: (m) => m.push(m.reader.text(m.reader.u8())), // SHORT_BINSTRING
  0x54: (m) => m.push(m.reader.text(m.reader.u32())), // BINSTRING
  0x29: (m) => m.push([]), // EMPTY_TUPLE
  0x85: (m) => m.push(m.popMany(1)), // TUPLE1
  0x86: (m) => m.push(m.popMany(2)), // TUPLE2
  0x87: (m) => m.push(m.popMany(3)), // TUPLE3
  0x74: (m) => m.push(m.popToMark()), // TUPLE
  0x5d: (m) => m.push([]), // EMPTY_LIST
  0x61: (m) => append(m, m.popMany(1)), // APPEND
  0x65: (m) => append(m, m.popToMark()), // APPENDS
  0x7d: (m) => m.push(new Map()), // EMPTY_DICT
  0x73: (m) => setItems(m, m.popMany(2)), // SETITEM
  0x75: (m) => setItems(m, m.popToMark()), // SETITEMS
  0x71: (m) => m.put(m.reader.u8()), // BINPUT
  0x72: (m) => m.put(m.reader.u32()), // LONG_BINPUT
  0x68: (m) => m.get(m.reader.u8()), // BINGET
  0x6a: (m) => m.get(m.reader.u32()), // LONG_BINGET
  0x63: (m) => m.push(m.host.global(`${m.reader.line()}.${m.reader.line()}`)), // GLOBAL
  0x51: (m) => m.push(m.host.persistent(m.pop())), // BINPERSID
  0x52: reduce, // REDUCE
  0x62: build, // BUILD
};

function assertProtocol(protocol: number): void {
  if (protocol !== 2) throw unsupported(`pickle protocol ${protocol}`);
}

/** Little-endian two's complement; exact as far as a double is. */
function readLong(bytes: Uint8Array): number | bigint {
  const magnitude = bytes.reduce((sum, byte, i) => sum + (BigInt(byte) << BigInt(8 * i)), 0n);
  const value = BigInt.asIntN(8 * bytes.length, magnitude);
  return BigInt.asIntN(53, value) === value ? Number(value) : value;
}

function append(machine: Machine, items: readonly unknown[]): void {
  const list = machine.top();
  if (!Array.isArray(list)) throw damaged("it appends to something that is no list");
  for (const item of items) list.push(item);
}

function setItems(machine: Machine, pairs: readonly unknown[]): void {
  const dict = machine.top();
  if (!(dict instanceof Map)) throw damaged("it sets an item of something that is no dict");
  for (let i = 0; i + 1 < pairs.length; i += 2) dict.set(pairs[i], pairs[i + 1]);
}

function reduce(machine: Machine): void {
  const [callee, args] = machine.popMany(2);
  if (!isGlobal(callee) || !callee.call || !Array.isArray(args)) {
    const name = isGlobal(callee) ? callee.path : "a value";
    throw unsupported(`a call of ${name}`);
  }
  machine.countTaken(args);
  machine.push(callee.call(args));
}

/** State dicts carry the attribute `_metadata`, which says nothing about the weights. */
function build(machine: Machine): void {
  machine.pop();
  if (!(machine.top() instanceof Map)) throw unsupported("an object with state of its own");
}

function isGlobal(value: unknown): value is PickleGlobal {
  return typeof value === "object" && value !== null && "path" in value;
}

function damaged(what: string): CheckpointError {
  return new CheckpointError("damaged_checkpoint", `Cannot read the pickle: ${what}`);
}

function unsupported(what: string): CheckpointError {
  return new CheckpointError(
    "unsupported_checkpoint",
    `Cannot read the pickle: it has ${what}, and only a plain state dict as torch.save writes it ` +
      "is read",
  );
}
