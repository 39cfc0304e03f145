import { accept, type Reading, reject, scalarType, type ValueType } from "../value_type.ts";

/** A month: longer waits are typing errors, and timers overflow at 24.8 days. */
const MAX_SECONDS = 2_000_000;

interface IntegerRange {
  min: number;
  max: number;
  /** Says what the lowest value stands for, such as "0 for no limit". */
  note?: string;
}

/** A whole number of a range. */
export function integer(range: IntegerRange): ValueType<number> {
  const check = (value: number): Reading<number> =>
    Number.isInteger(value) && value >= range.min && value <= range.max
      ? accept(value)
      : reject(`it must be a whole number from ${range.min} to ${range.max}${noteOf(range)}`);
  return scalarType({
    placeholder: "N",
    read: (text) => check(/^\d{1,15}$/.test(text) ? Number(text) : NaN),
    fromFile: (value) => check(typeof value === "number" ? value : NaN),
  });
}

/** A time in seconds; fractions are allowed. */
export function seconds(options: { zero: "allowed" | "refused" }): ValueType<number> {
  const expected = options.zero === "allowed"
    ? `it must be a number of seconds from 0 to ${MAX_SECONDS}`
    : `it must be a number of seconds above 0, at most ${MAX_SECONDS}`;
  const check = (value: number): Reading<number> =>
    value <= MAX_SECONDS && (value > 0 || (value === 0 && options.zero === "allowed"))
      ? accept(value)
      : reject(expected);
  return scalarType({
    placeholder: "SECONDS",
    read: (text) => check(/^\d{1,9}(\.\d{1,3})?$/.test(text) ? Number(text) : NaN),
    fromFile: (value) => check(typeof value === "number" ? value : NaN),
  });
}

const SIZE_UNITS: Readonly<Record<string, number>> = { k: 1 << 10, m: 1 << 20, g: 1 << 30 };

/** A number of bytes: `65536`, `64k`, `10m`, `1g`; units are of 1024. */
export function size(range: IntegerRange): ValueType<number> {
  const check = (value: number): Reading<number> =>
    Number.isInteger(value) && value >= range.min && value <= range.max ? accept(value) : reject(
      `it must be a number of bytes from ${range.min} to ${showSize(range.max)}, ` +
        `such as 65536, 64k, 10m or 1g${noteOf(range)}`,
    );
  return scalarType({
    placeholder: "SIZE",
    read: (text) => check(sizeOf(text)),
    fromFile: (value) =>
      check(typeof value === "string" ? sizeOf(value) : typeof value === "number" ? value : NaN),
    show: (value) => /\D$/.test(showSize(value)) ? `"${showSize(value)}"` : showSize(value),
  });
}

/** The size in the largest unit that divides it. */
export function showSize(bytes: number): string {
  for (const unit of ["g", "m", "k"]) {
    const factor = SIZE_UNITS[unit] ?? 1;
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return String(bytes);
}

function sizeOf(text: string): number {
  const parts = /^(\d{1,15})([kmg]?)b?$/i.exec(text);
  if (!parts) return NaN;
  return Number(parts[1]) * (SIZE_UNITS[(parts[2] ?? "").toLowerCase()] ?? 1);
}

const MAX_UMASK = 0o777;
const UMASK_EXPECTED = "it must be an octal number with a leading 0 from 0 to 0777, such as 007";

/** File mode bits. Decimal numbers are refused, because `22` means two things to two readers. */
export function umask(): ValueType<number> {
  const check = (value: number): Reading<number> =>
    Number.isInteger(value) && value >= 0 && value <= MAX_UMASK
      ? accept(value)
      : reject(UMASK_EXPECTED);
  const read = (text: string) => check(/^0(o?[0-7]{1,4})?$/.test(text) ? octal(text) : NaN);
  return scalarType({
    placeholder: "MODE",
    read,
    fromFile: (value) =>
      typeof value === "string" ? read(value) : check(typeof value === "number" ? value : NaN),
    show: (value) => `0o${value.toString(8).padStart(3, "0")}`,
  });
}

function octal(text: string): number {
  return parseInt(text.replace("o", ""), 8);
}

function noteOf(range: IntegerRange): string {
  return range.note ? `, ${range.note}` : "";
}
