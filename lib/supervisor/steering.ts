/** Instructions of classic BPF, see linux/bpf_common.h. */
const LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const MODULO = 0x94; // BPF_ALU | BPF_MOD | BPF_K
const JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K
/** SKF_AD_OFF + SKF_AD_RANDOM, see linux/filter.h. */
const RANDOM_NUMBER = 0xfffff000 + 56;

/**
 * A classic BPF program that leads each new connection of a SO_REUSEPORT group to one of some sockets, by chance.
 *
 * @param sockets Their numbers in the group, at least one: the order in which the sockets began to listen.
 * @returns `struct sock_filter`s, eight bytes each.
 */
export function steeringProgram(sockets: readonly number[]): Uint8Array {
  const instructions = [
    instruction(LOAD_WORD, RANDOM_NUMBER),
    instruction(MODULO, sockets.length),
    ...sockets.flatMap((socket, index) => [
      // Equal: go on with the next instruction. Else: skip it.
      instruction(JUMP_IF_EQUAL, index, { ifFalse: 1 }),
      instruction(RETURN, socket),
    ]),
    instruction(RETURN, sockets[0] ?? 0),
  ];
  const program = new Uint8Array(8 * instructions.length);
  instructions.forEach((bytes, index) => program.set(bytes, 8 * index));
  return program;
}

/** `struct sock_filter`: u16 code, u8 jump if true, u8 jump if false, u32 operand. */
function instruction(code: number, operand: number, jump: { ifFalse?: number } = {}): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, code, true);
  view.setUint8(3, jump.ifFalse ?? 0);
  view.setUint32(4, operand, true);
  return bytes;
}
