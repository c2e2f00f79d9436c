"""All that the phone's app says, by the names its modules use. It comes with the shell: offline, nobody is asked.

A text has its gaps as `{name}`. Where English counts, there are two forms, for `{count}` of one and of more.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext, pgettext

from inspections.models import Outcome

Words = dict[str, str | list[str]]


def patrol_words() -> Words:
    outcomes: Words = {f"outcome-{outcome.value}": str(outcome.label) for outcome in Outcome}
    return outcomes | general() | outbox() | route() | sheet()


def counted(forms: Callable[[int], str]) -> list[str]:
    return [forms(1), forms(2)]


def general() -> Words:
    return {
        "put-away": _("Put away"),
        "close": _("Close"),
        "comma": pgettext("between the words of a list", ", "),
        "fetching": _("Fetching your round …"),
        "first-visit-needs-signal": _("Open this once where there is a signal. After that it works without."),
        "sign-in-first": _("Sign in first."),
        "sign-in": _("Sign in"),
        "not-your-role": _("Your role does not include recording checks."),
        "home": _("To the first page"),
        "updated": _("The app is a new one now. What waited on the phone is still there."),
    }


def outbox() -> Words:
    return {
        # The button
        "all-sent": _("All sent"),
        "own-sent": _("Yours are all sent"),
        "of-others": counted(lambda n: ngettext("{count} of others waits", "{count} of others wait", n)),
        "unsent": _("{count} not sent"),
        "to-mend": _("{count} to mend"),
        "since": _("since {time}"),
        "since-why": _("since {time}, {why}"),
        "why-offline": _("no signal"),
        "why-signed-out": _("sign in"),
        "why-other-user": _("somebody else signed in"),
        "why-server": _("the server did not take it"),
        "why-storage": _("the phone is full"),
        # The head of the panel
        "records": counted(lambda n: ngettext("{count} record", "{count} records", n)),
        "and-photos": counted(lambda n: ngettext(" and {count} photo", " and {count} photos", n)),
        "title-offline": _("No signal: go on checking"),
        "text-offline": _(
            "On this phone: {records}{photos}. They go out by themselves as soon as there is a signal; do not wait."
        ),
        "title-signed-out": _("Your sign-in has run out"),
        "text-signed-out": _(
            "On this phone: {records}{photos}, none of it lost. Sign in and they go out, under your name alone."
        ),
        "sign-in-and-send": _("Sign in and send"),
        "title-other-user": _("Somebody else has signed in"),
        "text-other-user": _("On this phone: {records}{photos}. They are sent when whoever recorded them signs in."),
        "title-server": _("The server did not take them"),
        "text-server": _("On this phone: {records}{photos}, none of it lost. They are sent again in a while."),
        "title-storage": _("The phone is full"),
        "text-storage": _(
            "The last record found no room and was not saved. Delete some pictures or an app, then save it again. "
            "On this phone: {records}{photos}, none of it lost."
        ),
        "title-sending": _("On the way"),
        "text-sending": _("On this phone: {records}{photos}. They leave it when the server says that it holds them."),
        "title-nothing": _("Everything is sent"),
        "text-nothing": _("Nothing waits on this phone."),
        "try-again": _("Try once more"),
        # Its rows
        "photos": counted(lambda n: ngettext("{count} photo", "{count} photos", n)),
        "unsent-photo": _("A photo that is not sent yet"),
        "only-photos-missing": _("The record has arrived, only the photo is missing. "),
        "tried": _("Tried {tries}, last at {time}: {why}"),
        "times": counted(lambda n: ngettext("{count} time", "{count} times", n)),
        "photo-gone": _("The photo is no longer on the phone."),
        "title-refused": _("The server refused these"),
        "text-refused": _("They are not recorded. Mend one, and it goes out as a new record."),
        "title-photo-refused": _("The server refused a photo of these"),
        "text-photo-refused": _("The record itself is there. Take another photo, or throw this one away."),
        "conflict": _("The server holds another record under this number. Look at it and save it once more."),
        "mend": _("Mend"),
        "throw-away": _("Throw away"),
        "thrown-away-is-gone": _("What is thrown away was never recorded, and nobody brings it back."),
        "thrown-away-photo": _("Only the photo is thrown away: the record stays."),
        "keep": _("Keep it"),
        # Good to know
        "others": counted(
            lambda n: ngettext(
                "{count} record of {name} is still on this phone. It is sent when {name} signs in here.",
                "{count} records of {name} are still on this phone. They are sent when {name} signs in here.",
                n,
            )
        ),
        "clock-slow": _("This phone's clock is {by} slow. What you record is put right; better set it right."),
        "clock-fast": _("This phone's clock is {by} fast. What you record is put right; better set it right."),
        "minutes": counted(lambda n: ngettext("{count} minute", "{count} minutes", n)),
        "hours": counted(lambda n: ngettext("{count} hour", "{count} hours", n)),
        "days": counted(lambda n: ngettext("{count} day", "{count} days", n)),
        "wechat": _("WeChat may clear what is kept here and not sent. Tap ··· at the top right: open in the browser."),
        "wechat-no-worker": _(
            "Within WeChat you can record while this page is open, but without a signal it does not open again. "
            "Tap ··· at the top right: open in the browser."
        ),
        "copy-address": _("Copy the address"),
        "copied": _("Copied. Paste it where the browser asks for an address."),
        "copy-by-hand": _("Copying does not work here. This is the address:"),
        "close-others": _("The app is a new one. Close its other pages on this phone, then this one goes on."),
        "not-safe": _(
            "The browser may clear what is kept here when it has not been used for a week. Add it to the home screen."
        ),
    }


def route() -> Words:
    return {
        "route": _("Route"),
        "rounds": _("Rounds of today"),
        "checks": _("Checks"),
        "floor": _("Floor {floor}"),
        "own": _("Your own; somebody else"),
        "see-again": _("To be seen again"),
        "somebody": _("Somebody else"),
        "done-by": _("{name} at {time}"),
        "in-order": _("In order"),
        "mixed": _("Mixed room"),
        "no-class": _("No class answers for it"),
        "record-as": _("{place}: record as {outcome}"),
        "recorded-as": _("{place} is recorded: {outcome}"),
        "defects-behind": counted(lambda n: npgettext("after the figure", "defect", "defects", n)),
        "undo": _("Take back"),
        "correct": _("Correct it"),
        "sent-already": _("It has gone out already. Tap the row to correct it."),
        "full-not-saved": _("The phone is full, {place} is not saved. Delete some pictures, then press again."),
        "other-person": _(
            "{place} is not saved: somebody else has signed in on this phone. Look whose round it is, then press again."
        ),
        "not-saved": _(
            "{place} is not saved: this browser could not write it down. Press again; if it stays so, "
            "close the app and open it anew."
        ),
        "day-over": _(
            "It is past midnight: this round was yesterday's, and nothing was recorded. "
            "Record it as a spot check, by its number."
        ),
        "by-number": _("By number"),
        "round-done": _("This round is done."),
        "round-but-own": counted(
            lambda n: ngettext(
                "You have done yours. {count} place is your own: somebody else must check it.",
                "You have done yours. {count} places are your own: somebody else must check them.",
                n,
            )
        ),
        "sent-back": _("Sent back"),
        "clean-next": _("{clean}, next one"),
        "has-defects": _("Has defects"),
        "came-back": _("Sent back by the review: {count}"),
        "answer": _("Correct"),
        "no-round": _("Nothing to check for you now"),
        "no-round-text": _("A spot check needs no round: type the number of the place."),
        "next-round": _("{date}, {name}, {count} places"),
        "spot-check": _("Spot check of a place"),
        "number-or-name": _("Room number, place or class"),
        "held-by": _("On this phone: {name}"),
        "letters": _("Letters"),
        "figures": _("Figures"),
        "type-number": _("Type the number of a room, or the beginning of it."),
        "nothing-found": _("Nothing goes by that"),
    }


def sheet() -> Words:
    return {
        "photo-coming": _("Making the picture small …"),
        "photo-at-server": _("Sent before"),
        "no-such-place": _("There is no such place. Look at the number once more."),
        "own-title": _("Your own class or room"),
        "own-text": _("Somebody else checks this one. Tell your partner, and go on to the next."),
        "no-standard": _("No standard for this kind of place yet"),
        "no-standard-text": _("Ask your administrator to publish one; until then nothing can be recorded here."),
        "go-on": _("Go on with the next"),
        "by-standard": _("Points by the standard"),
        "before-review": _("Before the review"),
        "manners": _("No people in pictures, not in when nobody is in, no opening of cupboards"),
        "occasion": _("Occasion"),
        "corrects": _("Corrects the record of {time}: {what}"),
        "sent-back-because": _("Sent back: {reason}"),
        "recorded-by": _("{name} recorded at {time}: {what}"),
        "record-anyway": _("Another record is kept too, and the review sees both."),
        "agree": _("I agree, no second record"),
        "points": counted(lambda n: ngettext("{count} point", "{count} points", n)),
        "left-open": _("Left open, the review decides"),
        "whose": _("{what}: whose it is"),
        "corrected": _("Put right at once"),
        "own-words": _("Something else, in your own words"),
        "own-words-short": _("Something else"),
        "own-points": _("Points for something else"),
        "fewer": _("Fewer points"),
        "more": _("More points"),
        "photo-first-defect": _("A photo belongs to a defect: choose that first."),
        "photo-of": _("Photo: {what}"),
        "photo-away": _("Remove the photo of {what}"),
        "no-photo": _("This is no picture that the phone can read. Take it once more."),
        "note": _("A note, where there is something to say"),
        "save-next": _("Save, next one"),
        "save-correction": _("Save the correction"),
        "told": _("The people in the room"),
        "told-yes": _("Told"),
        "told-refused": _("Would not sign"),
        "not-checked": _("Not checked"),
        "really": _("{outcome}: press once more"),
    }
