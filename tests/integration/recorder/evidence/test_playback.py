"""What is recorded plays elsewhere: in ffmpeg without a word, in Chromium's media source."""

import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from support.encoding import TIMELINE, Cut, at_ns, beats, block, frame, push_all

from recorder.evidence.audio_recorder import AudioRecorder
from recorder.evidence.encode_video import camera_settings, screen_settings
from recorder.evidence.video_recorder import VideoRecorder
from shared.policy import Streams

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
STREAMS = Streams()

PAGE = b"""<!doctype html><body><script>
const happens = (target, name) => new Promise((done, fail) => {
  target.addEventListener(name, done, {once: true});
  target.addEventListener("error", () => fail(`no ${name}`), {once: true});
});
async function play(kind, codecs, paths, from) {
  const type = `${kind}/mp4; codecs="${codecs}"`;
  if (!MediaSource.isTypeSupported(type)) throw new Error(`unsupported: ${type}`);
  const player = document.body.appendChild(document.createElement(kind));
  player.muted = true;
  const source = new MediaSource();
  player.src = URL.createObjectURL(source);
  await happens(source, "sourceopen");
  const buffer = source.addSourceBuffer(type);
  for (const path of paths) {
    const data = await (await fetch(path)).arrayBuffer();
    const appended = happens(buffer, "updateend");
    buffer.appendBuffer(data);
    await appended;
  }
  source.endOfStream();
  const spans = [...Array(player.buffered.length).keys()]
    .map(n => [player.buffered.start(n), player.buffered.end(n)]);
  player.currentTime = from;
  await happens(player, "seeked");
  const moved = new Promise(done => player.addEventListener("timeupdate", () => {
    if (player.currentTime > from + 0.2) done();
  }));
  await player.play();
  await moved;
  let brightest = null;
  if (kind === "video") {
    const canvas = document.createElement("canvas");
    canvas.width = player.videoWidth;
    canvas.height = player.videoHeight;
    const context = canvas.getContext("2d");
    context.drawImage(player, 0, 0);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    brightest = Math.max(...pixels.filter((_, n) => n % 4 === 0));
  }
  return {spans, brightest, error: player.error && player.error.message};
}
</script>"""


def camera(cut: Cut) -> None:
    recorder = VideoRecorder(camera_settings(STREAMS.camera, 4.0), 4.0, TIMELINE, cut)
    push_all(recorder, [frame("camera", at) for at in [*beats(0, 5, 30), *beats(9, 14, 30)]])
    recorder.flush(at_ns(14))


def screen(cut: Cut) -> None:
    recorder = VideoRecorder(screen_settings(STREAMS.screen, 4.0), 4.0, TIMELINE, cut)
    push_all(recorder, [frame("screen", at) for at in [*beats(0, 11, 1), *beats(30, 42, 1)]])
    recorder.flush(at_ns(42))


def sound(codec: str, cut: Cut) -> None:
    recorder = AudioRecorder(STREAMS.microphone, 4.0, TIMELINE, cut, (codec,))
    push_all(recorder, [block(at) for at in [*beats(0, 5, 50), *beats(11, 15, 50)]])
    recorder.flush(at_ns(15))


@pytest.fixture(scope="module")
def recorded() -> dict[str, Cut]:
    """Each stream with a hole in it."""
    cuts = {name: Cut() for name in ("camera", "screen", "opus", "aac")}
    camera(cuts["camera"])
    screen(cuts["screen"])
    sound("libopus", cuts["opus"])
    sound("aac", cuts["aac"])
    return cuts


NAMES = pytest.mark.parametrize("name", ["camera", "screen", "opus", "aac"])


@NAMES
def test_ffmpeg_decodes_it_without_a_word_from_every_place_to_begin(recorded, name, tmp_path):
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("no ffmpeg on this machine")
    cut = recorded[name]
    begins = [place for place, made in enumerate(cut.fragments) if made.independent]
    assert len(begins) >= 2
    for place in begins:
        path = tmp_path / f"{place}.mp4"
        path.write_bytes(cut.file(since=place))
        done = subprocess.run(
            [ffmpeg, "-v", "warning", "-xerror", "-i", path, "-f", "null", "-"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="module")
def served(recorded, tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("played")
    (folder / "index.html").write_bytes(PAGE)
    for name, cut in recorded.items():
        for place, made in enumerate(cut.segments):
            (folder / f"{name}-{place}.mp4").write_bytes(made.data)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *values) -> None:
            super().__init__(*values, directory=str(folder))

        def log_message(self, format: str, *values: object) -> None:  # noqa: A002
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture(scope="module")
def page(served):
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto(served)
        yield page
        browser.close()


@NAMES
def test_chromium_plays_it_fragment_by_fragment_and_behind_the_hole(recorded, name, page):
    cut = recorded[name]
    kind = "video" if name in ("camera", "screen") else "audio"
    paths = [f"{name}-{place}.mp4" for place in range(len(cut.segments))]
    spans = cut.spans()
    behind = next(start for (_, end), (start, _) in pairwise(spans) if start - end > 1)
    played = page.evaluate(
        "([kind, codecs, paths, from]) => play(kind, codecs, paths, from)",
        [kind, cut.inits[0].codecs, paths, behind + 0.1],
    )
    assert played["error"] is None
    assert len(played["spans"]) == 2
    first, last = played["spans"]
    assert first[0] == pytest.approx(spans[0][0], abs=0.03)
    assert last == pytest.approx([behind, spans[-1][1]], abs=0.03)
    if kind == "video":
        assert played["brightest"] > 200
