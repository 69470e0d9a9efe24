# SPDX-License-Identifier: GPL-2.0-or-later
"""A short fault campaign; campaign.py by hand makes long ones."""

import os

import pytest

from campaign import run_campaign
from plan import make_plan
from testbed import Site

# Other seeds: CHECKD_CAMPAIGN_SEEDS="3 4 5".
SEEDS = [int(seed) for seed in os.environ.get("CHECKD_CAMPAIGN_SEEDS", "1 2412").split()]
SECONDS = float(os.environ.get("CHECKD_CAMPAIGN_SECONDS", "25"))


def test_a_seed_stands_for_one_plan() -> None:
    assert make_plan(7, 60) == make_plan(7, 60)
    assert make_plan(7, 60).turns != make_plan(8, 60).turns


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_whatever_is_killed_stopped_removed_or_filled(
    bare_site: Site, seed: int
) -> None:
    print(f"seed {seed}, {SECONDS:g} s of faults")
    print(run_campaign(bare_site, seed, SECONDS))
