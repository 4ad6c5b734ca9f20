"""A run's page: driven sample by sample, by whom, and what it shows."""

from io import StringIO

import pytest
from django.core.management import call_command

from deployments.measuring.browser_runs import stop_run
from deployments.models import LatencyRun
from tests.dashboard.runs.building import asked, sample, saved, started, text
from tests.deployments.measuring import servers

pytestmark = pytest.mark.django_db
PANEL = 'id="measure"'


@pytest.fixture(scope="module")
def url():
    with servers.serve() as url:
        yield url


def test_a_sample_is_taken_and_told(admin, url):
    run = started(saved(base_url=url))
    told = sample(admin, run).json()
    assert (told["open"], told["taken"], told["planned"]) == (True, 1, 2)
    assert told["sample"]["deployment"] == "ec2" and told["sample"]["duration_ms"] > 0
    [line] = told["deployments"]
    assert (line["calls"], line["failures"], line["cold_starts"]) == (1, 0, 0)
    assert (line["median_ms"], line["warm_calls"], line["warm_calls_needed"]) == (None, 1, 6)


def test_the_last_sample_finishes_the_run(admin, url):
    run = started(saved(base_url=url), samples=1)
    told = sample(admin, run).json()
    assert (told["open"], told["finished"]) == (False, True)
    assert sample(admin, run).json()["sample"] is None


def test_the_median_comes_with_enough_samples(admin, url):
    run = started(saved(base_url=url), samples=6)
    told = [sample(admin, run).json()["deployments"][0]["median_ms"] for _ in range(6)]
    assert told[:5] == [None] * 5 and told[5] > 0


def test_a_viewer_sees_runs_and_starts_none(viewer):
    run = started(saved())
    assert PANEL not in text(viewer, "/dashboard/deployments/")
    page = text(viewer, f"/dashboard/runs/{run.pk}/")
    assert "0</span> of 2 calls" in page and "<button" not in page.partition("<main")[2]
    assert viewer.get(f"/dashboard/runs/{run.pk}.json").json()["open"]


@pytest.mark.parametrize("path", ["deployments/", "runs/{}/sample", "runs/{}/stop"])
def test_a_viewer_is_refused(viewer, path):
    run = started(saved())
    answer = viewer.post("/dashboard/" + path.format(run.pk), asked(*run.deployments.all()))
    assert answer.status_code == 403
    run.refresh_from_db()
    assert run.open and run.busy_until is None and LatencyRun.objects.count() == 1


@pytest.mark.parametrize("path", ["sample", "stop"])
def test_looking_changes_nothing(admin, path):
    run = started(saved())
    assert admin.get(f"/dashboard/runs/{run.pk}/{path}").status_code == 405


def test_an_address_that_is_refused_is_said_on_the_page(admin, url, settings):
    settings.ON_LAMBDA = True
    run = started(saved(base_url=url))
    answer = sample(admin, run)
    assert answer.status_code == 200 and not answer.json()["open"]
    page = text(admin, f"/dashboard/runs/{run.pk}/")
    assert "Interrupted after 0 of 2 calls." in page and "a private address" in page


def test_a_run_is_stopped_by_name(admin):
    run = started(saved())
    assert admin.post(f"/dashboard/runs/{run.pk}/stop")["Location"] == f"/dashboard/runs/{run.pk}/"
    assert "0 of 2 calls. Stopped by ada." in text(admin, f"/dashboard/runs/{run.pk}/")


def test_an_unfinished_run_can_be_continued_and_says_what_that_needs(admin):
    page = text(admin, f"/dashboard/runs/{started(saved()).pk}/")
    assert "data-continue" in page and "this page needs JavaScript" in page


def test_a_run_of_the_command_has_a_page_of_its_own(admin, url):
    targets = ("--target", f"a={url}", "--target", f"b={url}")
    for _ in range(2):
        args = ("compare_latency", *targets, "--path", "/fail", "-n", "3", "--save")
        call_command(*args, stdout=StringIO(), stderr=StringIO())
    run = LatencyRun.objects.latest("started_at")
    page = text(admin, f"/dashboard/runs/{run.pk}/")
    assert "Finished after 6 calls." in page
    assert "b: 3 of 3 calls failed (3 http_503)." in page


def test_a_run_belongs_to_the_deployments_page_and_can_be_measured_again(admin):
    run = started(saved(), saved("lambda"))
    stop_run(run, "Enough.")
    page = text(admin, f"/dashboard/runs/{run.pk}/")
    assert '<a href="/dashboard/deployments/" aria-current="page">' in page
    measure = "".join(f"measure={one.pk}&amp;" for one in run.deployments.all())
    assert f'"/dashboard/deployments/?{measure}#measure"' in page


def test_the_newest_runs_are_listed(admin, url):
    deployment = saved(base_url=url)
    runs = [started(deployment) for _ in range(11)]
    sample(admin, runs[10])
    stop_run(runs[9], "Enough.")
    page = text(admin, "/dashboard/deployments/")
    assert f"/dashboard/runs/{runs[0].pk}/" not in page
    assert [page.count(word) for word in (">unfinished<", ">interrupted<")] == [9, 1]


def test_a_deployment_has_its_colour_on_every_page(admin, url):
    saved("older"), (second := saved("second", url))
    run = started(second)
    for _ in range(2):
        sample(admin, run)
    pages = [f"/dashboard/runs/{run.pk}/", "/dashboard/deployments/"]
    colours = [{line["colour"] for line in admin.get(page).context["chart"]} for page in pages]
    assert colours == [{1}, {1}]


def test_a_run_that_never_was_is_not_found(admin):
    assert admin.get("/dashboard/runs/7/").status_code == 404
    assert admin.post("/dashboard/runs/7/sample").status_code == 404


def test_queries_do_not_grow_with_runs_and_samples(admin, url, django_assert_num_queries):
    run = started(*(saved(f"d{n}", url) for n in range(3)), samples=5)
    for _ in range(9):
        sample(admin, run)
    with django_assert_num_queries(13):
        sample(admin, run)
    with django_assert_num_queries(6):
        admin.get(f"/dashboard/runs/{run.pk}/")
    with django_assert_num_queries(12):
        admin.get("/dashboard/deployments/")
