import { Message } from "./protobuf.ts";

/** Version of the operators (ONNX 1.12). */
const OPSET = 17;

/** Version of the file format that belongs to {@linkcode OPSET}. */
const IR_VERSION = 8;

const FLOAT = 1;
const INT64 = 7;

/** A dimension: a number, or the name of one that is known only at run time. */
export type Dimension = number | string;

/** Values of a node's attribute. */
export type Attribute = number | string | readonly number[];

/**
 * Builds an ONNX graph node by node. Every method that adds a node returns the name of its output.
 */
export class OnnxGraph {
  readonly #graph = new Message();
  readonly #constants = new Map<string, string>();
  #count = 0;

  /**
   * Adds an input of float32.
   *
   * @param name Its name.
   * @param shape Its dimensions.
   * @returns The name.
   */
  input(name: string, shape: readonly Dimension[]): string {
    this.#graph.add(11, valueInfo(name, shape));
    return name;
  }

  /**
   * Declares an output of float32.
   *
   * @param name The name of a node's output.
   * @param shape Its dimensions.
   */
  output(name: string, shape: readonly Dimension[]): void {
    this.#graph.add(12, valueInfo(name, shape));
  }

  /**
   * Adds weights.
   *
   * @param values float32, row by row.
   * @param shape Their dimensions.
   * @returns The constant's name.
   */
  weights(values: Float32Array<ArrayBuffer>, shape: readonly number[]): string {
    return this.#constant(new Uint8Array(values.buffer), { shape, type: FLOAT });
  }

  /**
   * Adds a float32 scalar, or finds it.
   *
   * @param value The number.
   * @returns The constant's name.
   */
  scalar(value: number): string {
    const bytes = new Uint8Array(Float32Array.of(value).buffer);
    return this.#shared(`f${value}`, () => this.#constant(bytes, { shape: [], type: FLOAT }));
  }

  /**
   * Adds a list of int64, or finds it.
   *
   * @param values The numbers.
   * @returns The constant's name.
   */
  integers(values: readonly number[]): string {
    const bytes = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
    const shape = [values.length];
    return this.#shared(`i${values}`, () => this.#constant(bytes, { shape, type: INT64 }));
  }

  /**
   * Adds a node with one output.
   *
   * @param kind The operator.
   * @param inputs Names of its inputs.
   * @param options Attributes, and the output's name where it matters.
   * @returns The name of its output.
   */
  node(
    kind: string,
    inputs: readonly string[],
    options: { attributes?: Readonly<Record<string, Attribute>>; name?: string } = {},
  ): string {
    const output = options.name ?? `n${this.#count++}`;
    const node = new Message();
    inputs.forEach((input) => node.add(1, input));
    node.add(2, output).add(4, kind);
    for (const [name, value] of Object.entries(options.attributes ?? {})) {
      node.add(5, attribute(name, value));
    }
    this.#graph.add(1, node);
    return output;
  }

  /**
   * Writes the file. The graph must not be changed afterwards.
   *
   * @param name The graph's name.
   * @returns A serialised ModelProto.
   */
  finish(name: string): Uint8Array<ArrayBuffer> {
    this.#graph.add(2, name);
    return new Message().int(1, IR_VERSION).add(2, "pastiche").add(7, this.#graph)
      .add(8, new Message().add(1, "").int(2, OPSET)).finish();
  }

  #shared(key: string, make: () => string): string {
    const known = this.#constants.get(key) ?? make();
    this.#constants.set(key, known);
    return known;
  }

  #constant(
    bytes: Uint8Array,
    { shape, type }: { shape: readonly number[]; type: number },
  ): string {
    const name = `c${this.#count++}`;
    const tensor = new Message();
    shape.forEach((side) => tensor.int(1, side));
    this.#graph.add(5, tensor.int(2, type).add(8, name).add(9, bytes));
    return name;
  }
}

function valueInfo(name: string, shape: readonly Dimension[]): Message {
  const dimensions = new Message();
  for (const side of shape) {
    const dimension = new Message();
    dimensions.add(1, typeof side === "number" ? dimension.int(1, side) : dimension.add(2, side));
  }
  const tensor = new Message().int(1, FLOAT).add(2, dimensions);
  return new Message().add(1, name).add(2, new Message().add(1, tensor));
}

/** Whole numbers are written as integers: the operators here have no float attributes. */
function attribute(name: string, value: Attribute): Message {
  const message = new Message().add(1, name);
  if (typeof value === "string") return message.add(4, value).int(20, 3);
  if (typeof value === "number") return message.int(3, value).int(20, 2);
  value.forEach((item) => message.int(8, item));
  return message.int(20, 7);
}
