"""What the processor can do and Python has no spelling for: numba intrinsics, written in LLVM's own terms.

They are LLVM's portable instructions: on a processor without the vectors that they were measured with, LLVM
writes the same out in smaller steps.
"""

from __future__ import annotations

from typing import Any, cast

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 16
"""Numbers of 32 bits in a cache line."""

BIT, BYTE, HALF, WORD = (ir.IntType(width) for width in (1, 8, 32, 64))
LINE, CHOICE = ir.VectorType(HALF, LANES), ir.VectorType(BIT, LANES)
ADDRESS = BYTE.as_pointer()


def _count_bits(typing_context: Any, word: Any) -> Any:
    """Count the ones of a uint64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate


def _prefetch(typing_context: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of an array's element, counted flat, and go on without waiting for it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = builder.bitcast(_element(context, builder, signature, arguments, 0, 1), ADDRESS)
        to_read, keep_near, data = HALF(0), HALF(3), HALF(1)
        _call(builder, "llvm.prefetch.p0", None, address, to_read, keep_near, data)
        return context.get_dummy_value()

    return types.void(array, types.uint64), generate


def _accept(
    typing_context: Any,
    memory: Any,
    at: Any,
    wanted: Any,
    shift: Any,
    most: Any,
    count: Any,
    out: Any,
    have: Any,
) -> Any:
    """Write those items of the line ``memory[at : at + 15]`` that may be near to ``out[have:]``; return how many.

    An item may be near if its bits from ``shift`` on differ from those of ``wanted`` in ``most`` at the most, and
    if the bits below, its row, are less than ``count``. The line's last number is no item. ``at`` begins a line,
    and ``out`` has room for 15 more.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        line = builder.load(
            builder.bitcast(_element(context, builder, signature, arguments, 0, 1), LINE.as_pointer()),
            align=64,
        )
        wanted, shift, most, count = (_in_all_lanes(builder, value) for value in arguments[2:6])
        away = _call(builder, f"llvm.ctpop.v{LANES}i32", LINE, builder.lshr(builder.xor(line, wanted), shift))
        below = builder.sub(builder.shl(LINE([1] * LANES), shift), LINE([1] * LANES))
        near = builder.icmp_unsigned("<=", away, most)
        there = builder.icmp_unsigned("<", builder.and_(line, below), count)
        chosen = builder.and_(builder.and_(near, there), CHOICE([1] * (LANES - 1) + [0]))
        address = builder.bitcast(_element(context, builder, signature, arguments, 6, 7), ADDRESS)
        _call(builder, f"llvm.masked.compressstore.v{LANES}i32", None, line, address, chosen)
        return builder.zext(builder.ctpop(builder.bitcast(chosen, ir.IntType(LANES))), WORD)

    numbers = types.uint32
    return types.uint64(memory, types.uint64, numbers, numbers, numbers, numbers, out, types.uint64), generate


def _element(context: Any, builder: Any, signature: Any, arguments: Any, array: int, index: int) -> Any:
    held = context.make_array(signature.args[array])(context, builder, arguments[array])
    return builder.gep(held.data, [arguments[index]])


def _in_all_lanes(builder: Any, value: Any) -> Any:
    first = builder.insert_element(LINE(ir.Undefined), value, HALF(0))
    return builder.shuffle_vector(first, LINE(ir.Undefined), LINE([0] * LANES))


def _call(builder: Any, name: str, returns: Any, *arguments: Any) -> Any:
    kind = ir.FunctionType(returns or ir.VoidType(), [argument.type for argument in arguments])
    function = cast(Any, cgutils.get_or_insert_function)(builder.module, kind, name)
    return builder.call(function, arguments)


count_bits: Any = cast(Any, intrinsic(_count_bits))
prefetch: Any = cast(Any, intrinsic(_prefetch))
accept: Any = cast(Any, intrinsic(_accept))
