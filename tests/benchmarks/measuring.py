"""Numbers and what they are held against: findings, limits, medians of interleaved rounds."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Pairs = Sequence[tuple[float, float]]  # (reference, ours), one pair a round


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was measured, against what, and whether it is as it should be (None: no target)."""

    what: str
    reference: str
    ours: str
    ratio: str
    target: str
    met: bool | None


def at_least(what: str, pairs: Pairs, bound: float, unit: str) -> Finding:
    """Ours must reach `bound` times the reference; more is better."""
    return _compared(what, pairs, f"≥ {bound:g} ×", unit, lambda ratio: ratio >= bound)


def at_most(what: str, pairs: Pairs, bound: float, unit: str) -> Finding:
    """Ours must stay under `bound` times the reference; less is better."""
    return _compared(what, pairs, f"≤ {bound:g} ×", unit, lambda ratio: ratio <= bound)


def _compared(what: str, pairs: Pairs, target: str, unit: str, holds: Callable[[float], bool]) -> Finding:
    ratio = statistics.median(ours / reference for reference, ours in pairs)
    references, ours = ([pair[n] for pair in pairs] for n in (0, 1))
    return Finding(what, spread(references, unit), spread(ours, unit), f"{ratio:.2f}", target, holds(ratio))


def limited(what: str, values: Sequence[float], bound: float, unit: str) -> Finding:
    """The median must stay under a bound of its own, in the same unit."""
    middle = statistics.median(values)
    return Finding(what, "", spread(values, unit), "", f"≤ {bound:g} {unit}", middle <= bound)


def noted(what: str, ours: str) -> Finding:
    """A number worth knowing that has no target, or a reason why something was not measured."""
    return Finding(what, "", ours, "", "", None)


def spread(values: Sequence[float], unit: str) -> str:
    """The median, with the least and the greatest behind it where there are several."""
    middle = f"{_short(statistics.median(values))} {unit}"
    return middle if len(values) == 1 else f"{middle} ({_short(min(values))} to {_short(max(values))})"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def percentile(values: Sequence[float], hundredth: int) -> float:
    """The nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * hundredth // 100)]


def seconds_of(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
