"""One OpenBLAS instead of two: OpenCV's calls go to NumPy's.

OpenCV brings its own (36 MB) for large matrices; of these the recorder needs the products that
`findHomography` makes. NumPy's copy counts in 64 bits (CBLAS with ``blasint`` of 8 bytes, names
that end in ``64_``), OpenCV calls with 32: what stands in between widens the numbers and jumps.
Every other function ends the process, as in `hollow.py`.
"""

from __future__ import annotations

from pathlib import Path

from installers.linux.objects import TRAP, function, read_linked, write_library

_OURS = "opencv_python_headless.libs/libopenblas-*"
_THEIRS = "numpy.libs/libopenblas64_*"
_USER = "cv2/cv2.abi3.so"

# cblas_xgemm(order, transA, transB, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc). By System
# V's ABI (x86-64) M, N and K come in ecx, r8d and r9d, alpha and beta in xmm0 and xmm1, what
# is left on the stack, in places of 8 bytes that are the callee's to write to.
_WIDENED = """ movslq %ecx, %rcx
 movslq %r8d, %r8
 movslq %r9d, %r9
 movslq 16(%rsp), %rax
 movq %rax, 16(%rsp)
 movslq 32(%rsp), %rax
 movq %rax, 32(%rsp)
 movslq 48(%rsp), %rax
 movq %rax, 48(%rsp)"""
_FORWARDED = ("cblas_sgemm", "cblas_dgemm")


def share_blas(packages: Path) -> int:
    """Put what jumps to NumPy's OpenBLAS in the place of OpenCV's; the bytes that saves.

    Raises:
        BuildFault: binutils failed.
    """
    ours, theirs = sorted(packages.glob(_OURS)), sorted(packages.glob(_THEIRS))
    if len(ours) != 1 or len(theirs) != 1:
        return 0
    (path,), (numpys,) = ours, theirs
    library, user = read_linked(path), read_linked(packages / _USER)
    asked = sorted(one.name for one in user.asks if one.name in library.gives)
    text = "\n".join([".text", *(_function(name) for name in asked)])
    before = path.stat().st_size
    write_library(path, library.soname, text, beside=numpys)
    return before - path.stat().st_size


def _function(name: str) -> str:
    does = f"{_WIDENED}\n jmp {name}64_@PLT" if name in _FORWARDED else f" {TRAP}"
    return f"{function(name)}\n{name}:\n{does}"
