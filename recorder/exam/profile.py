"""The browser's memory and manners: nothing is kept, nothing is asked, by the policy."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QObject, QUrl
from PySide6.QtWebEngineCore import (
    QWebEngineCookieStore,
    QWebEngineProfile,
    QWebEngineScript,
    QWebEngineSettings,
    QWebEngineUrlRequestInterceptor,
)

from recorder.exam.addresses import Addresses, place_of
from recorder.exam.engine import dictionaries
from shared.policy import Surface

Attribute = QWebEngineSettings.WebAttribute

# A page of an exam with its pictures; more than that goes over the network again.
MEMORY_CACHE_BYTES = 64 * 1024 * 1024

# What a browser is known by, so that a page can say in words that it is the right one.
AGENT = "Invigil"

SETTINGS = {
    Attribute.AllowGeolocationOnInsecureOrigins: False,
    Attribute.AllowRunningInsecureContent: False,
    Attribute.AllowWindowActivationFromJavaScript: False,
    Attribute.DnsPrefetchEnabled: False,
    Attribute.ErrorPageEnabled: False,
    Attribute.FullScreenSupportEnabled: True,
    Attribute.HyperlinkAuditingEnabled: False,
    Attribute.JavascriptCanPaste: False,
    Attribute.LocalContentCanAccessFileUrls: False,
    Attribute.LocalContentCanAccessRemoteUrls: False,
    Attribute.NavigateOnDropEnabled: False,
    Attribute.PdfViewerEnabled: True,
    # The viewer is a plugin, the only one that the engine has.
    Attribute.PluginsEnabled: True,
    Attribute.ScreenCaptureEnabled: False,
    Attribute.WebRTCPublicInterfacesOnly: True,
}

# Copying, cutting and pasting end before a page hears of them, in every frame.
NO_CLIPBOARD = """
for (const deed of ["copy", "cut", "paste"])
  window.addEventListener(deed, event => {
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
"""


def make_profile(
    surface: Surface,
    addresses: Addresses,
    requests: QWebEngineUrlRequestInterceptor,
    parent: QObject,
) -> QWebEngineProfile:
    """A profile off the record: cookies, storage and cache live and die with it.

    Cookies of others than the page's own site are for the exam's hosts alone: a sign-in in a
    frame needs them, nobody else does.
    """
    profile = QWebEngineProfile(parent)
    profile.setHttpCacheType(QWebEngineProfile.HttpCacheType.MemoryHttpCache)
    profile.setHttpCacheMaximumSize(MEMORY_CACHE_BYTES)
    profile.setPersistentCookiesPolicy(
        QWebEngineProfile.PersistentCookiesPolicy.NoPersistentCookies
    )
    profile.setPersistentPermissionsPolicy(
        QWebEngineProfile.PersistentPermissionsPolicy.AskEveryTime
    )
    profile.setPushServiceEnabled(False)
    profile.setHttpUserAgent(f"{profile.httpUserAgent()} {AGENT}")
    profile.setUrlRequestInterceptor(requests)
    languages = dictionaries() if surface.spell_check else ()
    profile.setSpellCheckEnabled(bool(languages))
    profile.setSpellCheckLanguages(_nearest(languages))
    _settle(profile.settings(), surface)
    if not surface.clipboard:
        profile.scripts().insert(_script(NO_CLIPBOARD))

    def allowed(request: QWebEngineCookieStore.FilterRequest) -> bool:
        return not request.thirdParty or _is_known(addresses, request.origin)

    profile.cookieStore().setCookieFilter(allowed)
    return profile


def _nearest(languages: tuple[str, ...]) -> list[str]:
    """The candidate's own language where there is one, else English, else any."""
    own = QLocale().bcp47Name()
    for wanted in (own, own.split("-")[0], "en"):
        if near := [name for name in languages if name.lower().startswith(wanted.lower())]:
            return near[:1]
    return list(languages[:1])


def _settle(settings: QWebEngineSettings, surface: Surface) -> None:
    for attribute, on in SETTINGS.items():
        settings.setAttribute(attribute, on)
    settings.setAttribute(Attribute.JavascriptCanAccessClipboard, surface.clipboard)
    # Every window is asked about (``page``); without this a page could not even ask.
    settings.setAttribute(Attribute.JavascriptCanOpenWindows, True)
    settings.setUnknownUrlSchemePolicy(
        QWebEngineSettings.UnknownUrlSchemePolicy.DisallowUnknownUrlSchemes
    )


def _is_known(addresses: Addresses, origin: QUrl) -> bool:
    place = place_of(bytes(origin.toEncoded().data()).decode("ascii", "replace"))
    return not isinstance(place, str) and addresses.is_on_its_hosts(place)


def _script(source: str) -> QWebEngineScript:
    script = QWebEngineScript()
    script.setName("no-clipboard")
    script.setSourceCode(source)
    script.setInjectionPoint(QWebEngineScript.InjectionPoint.DocumentCreation)
    script.setWorldId(QWebEngineScript.ScriptWorldId.ApplicationWorld)
    script.setRunsOnSubFrames(True)
    return script
