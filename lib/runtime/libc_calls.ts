/** Types of C that the calls below need. `buffer` is the address of a typed array's bytes. */
export type NativeType = "i32" | "u32" | "buffer" | "pointer";

/** Functions of libc, declared once; `bun.ts` and `deno.ts` turn this table into calls. */
export const LIBC_SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  socketpair: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  listen: { parameters: ["i32", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Record<
  string,
  { parameters: readonly NativeType[]; result: NativeType }
>;

/** Names under which libc is found: glibc, then musl on its two machines. */
export const LIBC_NAMES = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];

/** What a `buffer` is made of. */
export type Bytes = Uint8Array | Int32Array | Uint32Array;

/** The functions of {@link LIBC_SYMBOLS} as a runtime offers them. */
export interface LibcCalls {
  socket(domain: number, type: number, protocol: number): number;
  socketpair(domain: number, type: number, protocol: number, fds: Bytes): number;
  bind(fd: number, address: Bytes, length: number): number;
  listen(fd: number, backlog: number): number;
  connect(fd: number, address: Bytes, length: number): number;
  getsockname(fd: number, address: Bytes, length: Bytes): number;
  getsockopt(fd: number, level: number, name: number, value: Bytes, length: Bytes): number;
  setsockopt(fd: number, level: number, name: number, value: Bytes, length: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  close(fd: number): number;
  /** errno of the last call. */
  errno(): number;
  /** The address in memory of a typed array's bytes; the caller keeps the array alive. */
  addressOf(bytes: Bytes): bigint;
}
