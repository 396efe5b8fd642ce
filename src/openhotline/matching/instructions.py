"""What the processor can do and Python has no spelling for, or only a slow one: numba intrinsics, in LLVM's own terms.

They are LLVM's portable instructions: on a processor without the vectors that they were measured with, LLVM
writes the same out in smaller steps. As intrinsics they also take arrays without counting references to them, which
a function would do at each call, at the cost of more than its own work.
"""

from __future__ import annotations

from typing import Any, cast

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from openhotline.matching.packed import WORDS

LANES = 32
"""Signatures of 16 bits that are looked at in one step: a cache line of them."""

BYTE, SHORT, HALF, WORD = (ir.IntType(width) for width in (8, 16, 32, 64))
SIGNATURES = ir.VectorType(SHORT, LANES)
ADDRESS = BYTE.as_pointer()


def _count_bits(typing_context: Any, word: Any) -> Any:
    """Count the ones of a uint64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate


def _bits_at(typing_context: Any, codes: Any, row: Any, start: Any, width: Any) -> Any:
    """Return ``width`` bits of a code from ``start`` on: fewer than 64, and not beyond its end."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        code = _code(context, builder, signature, arguments, 0, 1)
        _, _, start, width = arguments
        word = builder.lshr(start, WORD(6))
        following = _call(builder, "llvm.umin.i64", WORD, builder.add(word, WORD(1)), WORD(3))
        low, high = (builder.load(builder.gep(code, [at])) for at in (word, following))
        found = _call(
            builder, "llvm.fshr.i64", WORD, high, low, start
        )  # shifts by the lowest six bits of start
        return builder.and_(found, builder.sub(builder.shl(WORD(1), width), WORD(1)))

    return types.uint64(codes, types.uint64, types.uint64, types.uint64), generate


def _bits_between(typing_context: Any, left: Any, i: Any, right: Any, j: Any) -> Any:
    """Return the distance of two codes, which is that of their hashes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.VectorType(WORD, WORDS)
        one, other = (
            builder.load(
                builder.bitcast(_code(context, builder, signature, arguments, *at), kind.as_pointer()),
                align=8,
            )
            for at in ((0, 1), (2, 3))
        )
        ones = _call(builder, f"llvm.ctpop.v{WORDS}i64", kind, builder.xor(one, other))
        return _call(builder, f"llvm.vector.reduce.add.v{WORDS}i64", WORD, ones)

    return types.int64(left, types.uint64, right, types.uint64), generate


def _prefetch(typing_context: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of an array's element, counted flat, and go on without waiting for it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = builder.bitcast(_element(context, builder, signature, arguments, 0, 1), ADDRESS)
        to_read, keep_near, data = HALF(0), HALF(3), HALF(1)
        _call(builder, "llvm.prefetch.p0", None, address, to_read, keep_near, data)
        return context.get_dummy_value()

    return types.void(array, types.uint64), generate


def _near(
    typing_context: Any, memory: Any, at: Any, wanted: Any, part: Any, most_in_part: Any, most: Any
) -> Any:
    """Say which of the signatures ``memory[at : at + 32]`` are near ``wanted``: bit k of the answer is for the k-th.

    Near is one that differs in ``most`` bits at the most, and in ``most_in_part`` of those that ``part`` marks.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = _element(context, builder, signature, arguments, 0, 1)
        found = builder.load(builder.bitcast(address, SIGNATURES.as_pointer()), align=2)
        wanted, part, most_in_part, most = (_in_all_lanes(builder, value) for value in arguments[2:])
        away = builder.xor(found, wanted)
        whole = builder.icmp_unsigned("<=", _ones(builder, away), most)
        partly = builder.icmp_unsigned("<=", _ones(builder, builder.and_(away, part)), most_in_part)
        return builder.bitcast(builder.and_(whole, partly), HALF)

    return types.uint32(memory, types.uint64, *[types.uint16] * 4), generate


def _element(context: Any, builder: Any, signature: Any, arguments: Any, array: int, index: int) -> Any:
    held = context.make_array(signature.args[array])(context, builder, arguments[array])
    return builder.gep(held.data, [arguments[index]])


def _code(context: Any, builder: Any, signature: Any, arguments: Any, codes: int, row: int) -> Any:
    """Return where a row of uint64[n, 4] begins."""
    held = context.make_array(signature.args[codes])(context, builder, arguments[codes])
    return builder.gep(held.data, [builder.shl(arguments[row], WORD(2))])


def _in_all_lanes(builder: Any, value: Any) -> Any:
    first = builder.insert_element(SIGNATURES(ir.Undefined), value, HALF(0))
    lanes = ir.VectorType(HALF, LANES)([0] * LANES)
    return builder.shuffle_vector(first, SIGNATURES(ir.Undefined), lanes)


def _ones(builder: Any, numbers: Any) -> Any:
    return _call(builder, f"llvm.ctpop.v{LANES}i16", SIGNATURES, numbers)


def _call(builder: Any, name: str, returns: Any, *arguments: Any) -> Any:
    kind = ir.FunctionType(returns or ir.VoidType(), [argument.type for argument in arguments])
    function = cast(Any, cgutils.get_or_insert_function)(builder.module, kind, name)
    return builder.call(function, arguments)


bits_at: Any = cast(Any, intrinsic(_bits_at))
bits_between: Any = cast(Any, intrinsic(_bits_between))
count_bits: Any = cast(Any, intrinsic(_count_bits))
prefetch: Any = cast(Any, intrinsic(_prefetch))
near: Any = cast(Any, intrinsic(_near))
