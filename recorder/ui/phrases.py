"""What other rooms say to the candidate: gathered from them, see `translations`.

Made by `make texts`; not edited by hand.
"""

# ruff: noqa: E501  (sentences as they are)
from __future__ import annotations

from recorder.ui.marking import QT_TRANSLATE_NOOP

PHRASES = (
    QT_TRANSLATE_NOOP("recorder", "A code belongs to a server."),
    QT_TRANSLATE_NOOP("recorder", "A computer that runs out of power ends the exam."),
    QT_TRANSLATE_NOOP("recorder", "A face that cannot be made out is reported as missing."),
    QT_TRANSLATE_NOOP(
        "recorder", "A fault of this program holds delivery up; it goes on trying."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "A fingerprint is 64 hex digits; several are separated by spaces."
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "A person decides about every result, never a program. If you disagree with a decision, appeal on that page, or write to {0} and name the session; keep this file.",
    ),
    QT_TRANSLATE_NOOP("recorder", "A person looks at what is reported, and decides about it."),
    QT_TRANSLATE_NOOP("recorder", "A piece has not arrived yet and is tried again: {0}."),
    QT_TRANSLATE_NOOP("recorder", "A piece is not taken by the server: {0}"),
    QT_TRANSLATE_NOOP("recorder", "A proctor is asked about this computer. Please wait."),
    QT_TRANSLATE_NOOP(
        "recorder", "A proctor is asked about this computer. Please wait. Why: {0}."
    ),
    QT_TRANSLATE_NOOP("recorder", "A proctor is asked about your identity. Please wait."),
    QT_TRANSLATE_NOOP("recorder", "A window without a title."),
    QT_TRANSLATE_NOOP(
        "recorder", "Add your user to the group “video”, then log out and in again."
    ),
    QT_TRANSLATE_NOOP("recorder", "All that is needed is allowed."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Allow Invigil under System Settings, Privacy & Security, Accessibility, and open Invigil again.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Allow Invigil under System Settings, Privacy & Security, in the list for screen recording, and open Invigil again.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "Allow it in the system's privacy settings, and open Invigil again."
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Allow screen recording for Invigil in the system's privacy settings, or sign in to a desktop session, then try again.",
    ),
    QT_TRANSLATE_NOOP("recorder", "An exam may ask for what not every computer can do."),
    QT_TRANSLATE_NOOP("recorder", "Another Invigil"),
    QT_TRANSLATE_NOOP("recorder", "Another window in front is reported."),
    QT_TRANSLATE_NOOP("recorder", "Answer with “allow”."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Ask for user namespaces to be allowed for it (on Ubuntu: an AppArmor profile with “userns”), or use another computer.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Ask its owner for permission to read it."),
    QT_TRANSLATE_NOOP("recorder", "Ask the institution for its own recorder."),
    QT_TRANSLATE_NOOP("recorder", "Ask your institution for a new code."),
    QT_TRANSLATE_NOOP("recorder", "Ask your institution what follows."),
    QT_TRANSLATE_NOOP("recorder", "Ask {0}: {1}. Name the session {2}."),
    QT_TRANSLATE_NOOP("recorder", "Assistive technology"),
    QT_TRANSLATE_NOOP("recorder", "Be alone in the room, and take down portraits behind you."),
    QT_TRANSLATE_NOOP("recorder", "Camera"),
    QT_TRANSLATE_NOOP("recorder", "Camera {0} is there but gives no picture."),
    QT_TRANSLATE_NOOP("recorder", "Cameras have no names here; device:0 is the first one."),
    QT_TRANSLATE_NOOP(
        "recorder", "Check its cable and close other programs that use it, then try again."
    ),
    QT_TRANSLATE_NOOP("recorder", "Check its name and its rights."),
    QT_TRANSLATE_NOOP(
        "recorder", "Check that the disk is still there, or choose another folder."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "Check the address and your internet connection, then try again."
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Check the address. In a hotel, a library or a school, open a web page first: the network may want you to sign in.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Check the disk and the folder's rights, or choose another folder with --store.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Check the disk and the folder's rights, or choose another one with --store.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Check the disk."),
    QT_TRANSLATE_NOOP("recorder", "Check the path."),
    QT_TRANSLATE_NOOP("recorder", "Choose a real camera instead of a virtual one."),
    QT_TRANSLATE_NOOP(
        "recorder", "Choose another display, and allow Invigil to see the screen."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "Choose another folder or disk; nothing was lost on this computer."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "Choose another folder with --store, or move that file away."
    ),
    QT_TRANSLATE_NOOP("recorder", "Choose another folder with --store; nothing was changed."),
    QT_TRANSLATE_NOOP("recorder", "Choose one, then try again."),
    QT_TRANSLATE_NOOP("recorder", "Choose one."),
    QT_TRANSLATE_NOOP("recorder", "Clock"),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Close other programs and try again; if it stays so, install Invigil again. Without them the recording counts as not observed.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "Close other programs that record the screen, and try again."
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Close other programs that use it, and allow this one to in the system's settings.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "Close other programs that use the camera, or plug it out and in again."
    ),
    QT_TRANSLATE_NOOP("recorder", "Close other programs that use the camera."),
    QT_TRANSLATE_NOOP("recorder", "Close other programs to free memory, and try again."),
    QT_TRANSLATE_NOOP("recorder", "Close other programs: one processor is just enough."),
    QT_TRANSLATE_NOOP("recorder", "Close programs that change the keyboard, and try again."),
    QT_TRANSLATE_NOOP("recorder", "Close programs that you do not need for the exam."),
    QT_TRANSLATE_NOOP(
        "recorder", "Close the other window; its recording, if any, goes on later."
    ),
    QT_TRANSLATE_NOOP("recorder", "Close these before the exam, or have Invigil close them."),
    QT_TRANSLATE_NOOP("recorder", "Come back then; your code stays good."),
    QT_TRANSLATE_NOOP("recorder", "Come nearer to the camera."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Compare it with your invitation, letter by letter, and the server's address too: each institution has its own.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Complete silence comes from the microphone."),
    QT_TRANSLATE_NOOP("recorder", "Computer"),
    QT_TRANSLATE_NOOP("recorder", "Connect a camera, or switch it on, then try again."),
    QT_TRANSLATE_NOOP("recorder", "Connect a microphone or a headset, then try again."),
    QT_TRANSLATE_NOOP("recorder", "Copy it again where it came from."),
    QT_TRANSLATE_NOOP("recorder", "Copy it from your invitation, letter by letter."),
    QT_TRANSLATE_NOOP("recorder", "Delivering the recording"),
    QT_TRANSLATE_NOOP("recorder", "Delivery is paused."),
    QT_TRANSLATE_NOOP("recorder", "Detectors"),
    QT_TRANSLATE_NOOP("recorder", "Did you hear what you said?"),
    QT_TRANSLATE_NOOP("recorder", "Disk space"),
    QT_TRANSLATE_NOOP("recorder", "Displays"),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Do not delete it; run `invigil-recorder evidence check` and tell your institution.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Do not go on. Check the address and this computer's date and time; if both are right, tell your institution.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Do not go on. Check the address, or download the program from your institution again.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Do not go on; nothing was recorded. Tell your institution."),
    QT_TRANSLATE_NOOP("recorder", "Do not plug displays in or out during the exam."),
    QT_TRANSLATE_NOOP("recorder", "Enter the code again and read them; nothing was recorded."),
    QT_TRANSLATE_NOOP("recorder", "Everything is delivered"),
    QT_TRANSLATE_NOOP("recorder", "Evidence and keys are kept here until delivered."),
    QT_TRANSLATE_NOOP("recorder", "Evidence cannot be saved: {0}"),
    QT_TRANSLATE_NOOP("recorder", "Evidence cannot be written to {0}: {1}."),
    QT_TRANSLATE_NOOP("recorder", "Evidence folder"),
    QT_TRANSLATE_NOOP("recorder", "Evidence is dated, and certificates are checked by date."),
    QT_TRANSLATE_NOOP("recorder", "Evidence is delivered to it."),
    QT_TRANSLATE_NOOP("recorder", "Evidence is delivered while the exam goes on."),
    QT_TRANSLATE_NOOP("recorder", "Exam code"),
    QT_TRANSLATE_NOOP(
        "recorder", "Finish the recording or close the other program, then try again."
    ),
    QT_TRANSLATE_NOOP("recorder", "Finishing the recording"),
    QT_TRANSLATE_NOOP("recorder", "Free at least {mb} MB."),
    QT_TRANSLATE_NOOP("recorder", "Free some space on the disk that holds {0}."),
    QT_TRANSLATE_NOOP("recorder", "Free some space there, or choose another disk."),
    QT_TRANSLATE_NOOP("recorder", "Getting ready"),
    QT_TRANSLATE_NOOP("recorder", "Give a number of seconds that is not below 0."),
    QT_TRANSLATE_NOOP("recorder", "Give a number of seconds."),
    QT_TRANSLATE_NOOP("recorder", "Give a recording that plays in a media player."),
    QT_TRANSLATE_NOOP("recorder", "Give a recording with {0}, or use none."),
    QT_TRANSLATE_NOOP("recorder", "Give a video or sound file that plays in a media player."),
    QT_TRANSLATE_NOOP("recorder", "Have Invigil put it back."),
    QT_TRANSLATE_NOOP("recorder", "Have them installed again with `invigil-recorder models`."),
    QT_TRANSLATE_NOOP("recorder", "Hold the document a little farther away."),
    QT_TRANSLATE_NOOP("recorder", "Hold the document a little nearer."),
    QT_TRANSLATE_NOOP("recorder", "Hold the document beside your face, so that both are seen."),
    QT_TRANSLATE_NOOP("recorder", "Hold the document still, straight and out of glare."),
    QT_TRANSLATE_NOOP("recorder", "Hold the document still."),
    QT_TRANSLATE_NOOP(
        "recorder", "Hold the side with your photograph into the frame, beside your face."
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "I am taking this exam on my own. The work that I hand in is mine: nobody else is in the room with me, and nobody helps me from anywhere, by voice, by message or by any other way.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "INVIGIL_PINNED_KEYS names {0}, which is not a key's fingerprint."
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "If it was not you, or if you have to start again, ask your institution for a new code.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "If that is wrong, set this computer's date and time and try again. If it is right, do not go on; tell your institution.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "If the bar does not move, unmute the microphone or choose another one."
    ),
    QT_TRANSLATE_NOOP("recorder", "In bad light nobody can tell what the picture shows."),
    QT_TRANSLATE_NOOP("recorder", "In use by: {programs}"),
    QT_TRANSLATE_NOOP("recorder", "Install Invigil again from your institution's installer."),
    QT_TRANSLATE_NOOP(
        "recorder", "Install Invigil again; if it stays so, tell your institution what it says."
    ),
    QT_TRANSLATE_NOOP("recorder", "Install Invigil with its own installer, or Python 3.11."),
    QT_TRANSLATE_NOOP("recorder", "Install it (Debian and Ubuntu: the package libportaudio2)."),
    QT_TRANSLATE_NOOP(
        "recorder", "Install the app that your institution offers for this exam."
    ),
    QT_TRANSLATE_NOOP("recorder", "Invigil is open more than once."),
    QT_TRANSLATE_NOOP("recorder", "Invigil is tested on certain systems only."),
    QT_TRANSLATE_NOOP("recorder", "Invigil may not see the screen."),
    QT_TRANSLATE_NOOP("recorder", "Invigil may not use the camera."),
    QT_TRANSLATE_NOOP("recorder", "Invigil may not use the microphone."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Invigil runs in a Flatpak sandbox: allow it devices with Flatseal, or with `flatpak override --user --device=all`, then start it again.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "It is just enough. Have others pause downloads and films during the exam."
    ),
    QT_TRANSLATE_NOOP("recorder", "It is measured with an exam's code."),
    QT_TRANSLATE_NOOP("recorder", "It is too bright: turn away from the light."),
    QT_TRANSLATE_NOOP(
        "recorder", "It is too dark: put on a light, or turn towards the window."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "It looks like https://exams.example.edu; copy it from your invitation."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "It opens the exam, whose rules this computer is checked against."
    ),
    QT_TRANSLATE_NOOP("recorder", "It opens, but nothing comes from it."),
    QT_TRANSLATE_NOOP("recorder", "It will not come back ({0})."),
    QT_TRANSLATE_NOOP("recorder", "Its browser is not all that the exam asks for here."),
    QT_TRANSLATE_NOOP("recorder", "Leave it on until the exam has ended."),
    QT_TRANSLATE_NOOP("recorder", "Left by an earlier exam"),
    QT_TRANSLATE_NOOP("recorder", "Light"),
    QT_TRANSLATE_NOOP("recorder", "Log in to macOS again if this stays so."),
    QT_TRANSLATE_NOOP("recorder", "Log out and in again, then try again."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Log out, choose the session “on Xorg” at the login screen, and log in again.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Look at the mark until it moves on."),
    QT_TRANSLATE_NOOP("recorder", "Look at the mark with open eyes."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Look into the camera from an arm's length, with light from the front and nothing before your face.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Look into the camera."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Lower the microphone's level in the system's sound settings, or move away from it a little.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Memory"),
    QT_TRANSLATE_NOOP("recorder", "Microphone"),
    QT_TRANSLATE_NOOP("recorder", "Mirrored: {names}. {all}"),
    QT_TRANSLATE_NOOP("recorder", "Missing, or not as installed: {names}"),
    QT_TRANSLATE_NOOP("recorder", "Models"),
    QT_TRANSLATE_NOOP("recorder", "More than one face is seen."),
    QT_TRANSLATE_NOOP("recorder", "Most cameras can be used by one program at a time."),
    QT_TRANSLATE_NOOP("recorder", "Move a little; if it stays so, plug the camera in again."),
    QT_TRANSLATE_NOOP("recorder", "Move to the middle of the picture."),
    QT_TRANSLATE_NOOP("recorder", "Name another one with --store."),
    QT_TRANSLATE_NOOP("recorder", "Name it with --code to check its rules."),
    QT_TRANSLATE_NOOP("recorder", "Name it with --server."),
    QT_TRANSLATE_NOOP("recorder", "Name the server as well, with --server."),
    QT_TRANSLATE_NOOP("recorder", "No answer within {seconds} s."),
    QT_TRANSLATE_NOOP("recorder", "No battery: the computer runs on mains."),
    QT_TRANSLATE_NOOP("recorder", "No camera and microphone and screen: {0}"),
    QT_TRANSLATE_NOOP("recorder", "No camera and microphone: {0}"),
    QT_TRANSLATE_NOOP("recorder", "No camera and screen: {0}"),
    QT_TRANSLATE_NOOP("recorder", "No camera was found."),
    QT_TRANSLATE_NOOP("recorder", "No camera: {0}"),
    QT_TRANSLATE_NOOP("recorder", "No connection"),
    QT_TRANSLATE_NOOP("recorder", "No connection. All is kept safely on this computer."),
    QT_TRANSLATE_NOOP("recorder", "No display is told."),
    QT_TRANSLATE_NOOP("recorder", "No face is found."),
    QT_TRANSLATE_NOOP(
        "recorder", "No message can be taken any more before the connection is back."
    ),
    QT_TRANSLATE_NOOP("recorder", "No microphone and screen: {0}"),
    QT_TRANSLATE_NOOP("recorder", "No microphone was found."),
    QT_TRANSLATE_NOOP("recorder", "No microphone: {0}"),
    QT_TRANSLATE_NOOP("recorder", "No other program is seen to use them. {untold}"),
    QT_TRANSLATE_NOOP("recorder", "No other program uses them."),
    QT_TRANSLATE_NOOP("recorder", "No picture comes from the camera."),
    QT_TRANSLATE_NOOP("recorder", "No picture of the file {0} can be decoded."),
    QT_TRANSLATE_NOOP("recorder", "No picture was looked at."),
    QT_TRANSLATE_NOOP("recorder", "No screen: {0}"),
    QT_TRANSLATE_NOOP("recorder", "No sound of the file {0} can be decoded."),
    QT_TRANSLATE_NOOP("recorder", "None is in front."),
    QT_TRANSLATE_NOOP("recorder", "None is open."),
    QT_TRANSLATE_NOOP(
        "recorder", "None is seen. You may use it at any time; it is not reported."
    ),
    QT_TRANSLATE_NOOP("recorder", "Not allowed: {names}"),
    QT_TRANSLATE_NOOP("recorder", "Not possible here: {parts}"),
    QT_TRANSLATE_NOOP(
        "recorder", "Not possible here: {parts}. Only watched, not held to: {watched}"
    ),
    QT_TRANSLATE_NOOP("recorder", "Not yet put back: {names}"),
    QT_TRANSLATE_NOOP(
        "recorder", "Nothing can be added to it; ask your institution for a new code."
    ),
    QT_TRANSLATE_NOOP("recorder", "Nothing can be played ({0})."),
    QT_TRANSLATE_NOOP("recorder", "Nothing is denied. It shows when it is used: {names}."),
    QT_TRANSLATE_NOOP("recorder", "Nothing is heard yet. Please say a few words."),
    QT_TRANSLATE_NOOP("recorder", "Nothing is left."),
    QT_TRANSLATE_NOOP("recorder", "Nothing was heard."),
    QT_TRANSLATE_NOOP("recorder", "Nothing: all was as it should be."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "On battery, {percent} % charged, for some {left} minutes; the exam takes {exam}.",
    ),
    QT_TRANSLATE_NOOP("recorder", "On battery, {percent} % charged."),
    QT_TRANSLATE_NOOP("recorder", "One moment…"),
    QT_TRANSLATE_NOOP("recorder", "Only Linux is tested yet; try a session before the exam."),
    QT_TRANSLATE_NOOP("recorder", "Only watched here, not held to: {parts}"),
    QT_TRANSLATE_NOOP(
        "recorder", "Only your institution can mend that; tell them this sentence."
    ),
    QT_TRANSLATE_NOOP("recorder", "Only {0} s of speech were heard; {1} s are needed."),
    QT_TRANSLATE_NOOP("recorder", "Open its cover, and take away what is before it."),
    QT_TRANSLATE_NOOP("recorder", "Open the accessibility settings"),
    QT_TRANSLATE_NOOP("recorder", "Open the camera settings"),
    QT_TRANSLATE_NOOP("recorder", "Open the camera's cover or switch a light on."),
    QT_TRANSLATE_NOOP("recorder", "Open the microphone settings"),
    QT_TRANSLATE_NOOP("recorder", "Open the screen recording settings"),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Open the settings with the button, allow Invigil there, and start it again if the system asks for that. Then try again.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Open your eyes."),
    QT_TRANSLATE_NOOP("recorder", "Other programs keep these to themselves: {0}."),
    QT_TRANSLATE_NOOP("recorder", "Other users of camera and microphone"),
    QT_TRANSLATE_NOOP(
        "recorder", "Other users of this computer can read the session's key {0}."
    ),
    QT_TRANSLATE_NOOP("recorder", "Permissions"),
    QT_TRANSLATE_NOOP("recorder", "PipeWire does not say who receives the screen ({0})."),
    QT_TRANSLATE_NOOP(
        "recorder", "Plug a camera in, or give a recording with file:PATH, or use none."
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Plug in headphones or a loudspeaker, and choose it in the system's sound settings.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Plug it in again, or choose another one."),
    QT_TRANSLATE_NOOP("recorder", "Plug it in again, or see to its cable."),
    QT_TRANSLATE_NOOP(
        "recorder", "Plug it in, check that it is not muted, or choose another one."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "Plug it in, close other programs that use it, or choose another one."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "Plug one in, or give a recording with file:PATH, or use none."
    ),
    QT_TRANSLATE_NOOP("recorder", "Plug the computer in before the exam begins."),
    QT_TRANSLATE_NOOP("recorder", "Plugged in, {percent} % charged."),
    QT_TRANSLATE_NOOP("recorder", "Power"),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Practice: look at the screen, say a few words, move about as in an exam. Nothing is kept or sent.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Programs"),
    QT_TRANSLATE_NOOP("recorder", "Programs of other users of this computer are not seen."),
    QT_TRANSLATE_NOOP("recorder", "Programs that the exam prohibits are reported."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Raise the microphone's level in the system's sound settings, move closer to it, or choose another one.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Read the sentence aloud once more."),
    QT_TRANSLATE_NOOP("recorder", "Read the sentence aloud."),
    QT_TRANSLATE_NOOP("recorder", "Recording"),
    QT_TRANSLATE_NOOP("recorder", "Recording has failed: {0}"),
    QT_TRANSLATE_NOOP("recorder", "Recording; a proctor has paused the exam"),
    QT_TRANSLATE_NOOP("recorder", "Recording; the exam has not begun yet"),
    QT_TRANSLATE_NOOP("recorder", "Recording; waiting for the exam to begin"),
    QT_TRANSLATE_NOOP("recorder", "Recording; you are taking a break"),
    QT_TRANSLATE_NOOP("recorder", "Records could not be kept: the disk did not keep up."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Remove or correct it, then start the program again. If you did not make it, ask whoever looks after this computer.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Restart the computer and try again, or use another one."),
    QT_TRANSLATE_NOOP("recorder", "Restore that file, or ask your institution for a new code."),
    QT_TRANSLATE_NOOP(
        "recorder", "Restore the session's key file, or ask your institution for a new code."
    ),
    QT_TRANSLATE_NOOP("recorder", "Run `chmod 600 {0}` and tell your institution."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Run this in a desktop session, or give a recording with file:PATH, or use none.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Running: {names}"),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Running: {names}. Use it as always: it is not reported. If it speaks aloud, use headphones where you can, so that its voice is not taken for another person's.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Say a few words now. In three seconds you hear them."),
    QT_TRANSLATE_NOOP(
        "recorder", "Say a few words; unmute the microphone or choose another one."
    ),
    QT_TRANSLATE_NOOP("recorder", "Screen"),
    QT_TRANSLATE_NOOP(
        "recorder", "Screen readers, magnifiers and the like never count against you."
    ),
    QT_TRANSLATE_NOOP("recorder", "See that /proc is mounted and readable."),
    QT_TRANSLATE_NOOP("recorder", "See that /sys is mounted and readable."),
    QT_TRANSLATE_NOOP("recorder", "See that it belongs to you."),
    QT_TRANSLATE_NOOP("recorder", "See that pw-dump runs in a terminal."),
    QT_TRANSLATE_NOOP("recorder", "See that sound works in other programs, then try again."),
    QT_TRANSLATE_NOOP("recorder", "See that the desktop is still running."),
    QT_TRANSLATE_NOOP("recorder", "See that the desktop session is running and is yours."),
    QT_TRANSLATE_NOOP("recorder", "See that the desktop session is running."),
    QT_TRANSLATE_NOOP("recorder", "See that the desktop session is still running."),
    QT_TRANSLATE_NOOP(
        "recorder", "See that there is room on the disk and that {0} may be written."
    ),
    QT_TRANSLATE_NOOP("recorder", "See that {0} may be read."),
    QT_TRANSLATE_NOOP("recorder", "Server"),
    QT_TRANSLATE_NOOP("recorder", "Set it in the desktop's settings yourself."),
    QT_TRANSLATE_NOOP("recorder", "Several people are seen: you should be alone."),
    QT_TRANSLATE_NOOP("recorder", "Sign in to Windows again if this stays so."),
    QT_TRANSLATE_NOOP("recorder", "Sit closer to the camera."),
    QT_TRANSLATE_NOOP("recorder", "Sit so that your whole face is in the picture."),
    QT_TRANSLATE_NOOP("recorder", "Something else answers in the server's place: {0}."),
    QT_TRANSLATE_NOOP("recorder", "Sound"),
    QT_TRANSLATE_NOOP("recorder", "Sound is heard, no voice."),
    QT_TRANSLATE_NOOP(
        "recorder", "Spelling cannot be checked: this installation has no dictionaries."
    ),
    QT_TRANSLATE_NOOP("recorder", "Start the desktop session with a newer X server."),
    QT_TRANSLATE_NOOP("recorder", "Started; a picture takes {ms} ms."),
    QT_TRANSLATE_NOOP("recorder", "Starting the detectors…"),
    QT_TRANSLATE_NOOP("recorder", "Switch a light on before you, not behind you."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Switch mirroring off: a projector or a second display shows what you write.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "Switch “do not disturb” in the desktop's settings yourself."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "Switch “set time automatically” on in the system's date settings."
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Take the .receipt file that the server gave when the recording was imported.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Tell the proctor if this stays so."),
    QT_TRANSLATE_NOOP("recorder", "Tell your institution what it says."),
    QT_TRANSLATE_NOOP("recorder", "Thank you."),
    QT_TRANSLATE_NOOP("recorder", "That a shortcut was tried cannot be told on this display."),
    QT_TRANSLATE_NOOP(
        "recorder", "That disk takes no file so large; choose one formatted as exFAT or NTFS."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "That is enough only while the network works. Better free {mb} MB more."
    ),
    QT_TRANSLATE_NOOP("recorder", "That is not a code."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "That is not your doing, and you need not do anything: the recording says so.",
    ),
    QT_TRANSLATE_NOOP("recorder", "The camera is covered."),
    QT_TRANSLATE_NOOP("recorder", "The camera is not open."),
    QT_TRANSLATE_NOOP("recorder", "The camera is not used."),
    QT_TRANSLATE_NOOP(
        "recorder", "The camera sees nothing: take away what is before the lens."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "The camera sees too little: more light, and nothing before the lens."
    ),
    QT_TRANSLATE_NOOP("recorder", "The camera shows a recording: choose the real camera."),
    QT_TRANSLATE_NOOP("recorder", "The camera works ({device})."),
    QT_TRANSLATE_NOOP("recorder", "The camera works."),
    QT_TRANSLATE_NOOP("recorder", "The camera “{0}” is not there."),
    QT_TRANSLATE_NOOP("recorder", "The camera's picture does not change: plug it in again."),
    QT_TRANSLATE_NOOP("recorder", "The check itself failed: {bug}"),
    QT_TRANSLATE_NOOP(
        "recorder",
        "The computer is busy: close other programs, or fewer pictures are looked at.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "The computer slept for {0}, and nothing was recorded meanwhile. The exam's time does not stop for that: please keep the lid open and the computer plugged in until you have handed in.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "The computer slept for {0}; nothing was recorded meanwhile."
    ),
    QT_TRANSLATE_NOOP("recorder", "The computer's clock was set {0} by {1}."),
    QT_TRANSLATE_NOOP("recorder", "The computer's clock was set."),
    QT_TRANSLATE_NOOP("recorder", "The connection is back; what waits follows within minutes."),
    QT_TRANSLATE_NOOP(
        "recorder", "The desktop did not take a setting for its notifications ({0})."
    ),
    QT_TRANSLATE_NOOP("recorder", "The desktop did not take a setting for its notifications."),
    QT_TRANSLATE_NOOP("recorder", "The desktop's message bus does not answer ({0})."),
    QT_TRANSLATE_NOOP(
        "recorder", "The desktop's setting for notifications cannot be reached ({0})."
    ),
    QT_TRANSLATE_NOOP("recorder", "The disk does not keep up; something may be missing."),
    QT_TRANSLATE_NOOP("recorder", "The disk has room again."),
    QT_TRANSLATE_NOOP("recorder", "The disk is full, so evidence cannot be saved."),
    QT_TRANSLATE_NOOP(
        "recorder", "The disk is full. Delete what you do not need on it, then try again."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "The disk is full: no pictures or sound are kept until there is room."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "The disk is nearly full: camera pictures are kept less often."
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "The disk is nearly full: pictures are kept less often, and none of incidents.",
    ),
    QT_TRANSLATE_NOOP("recorder", "The disk is nearly full: pictures are kept less often."),
    QT_TRANSLATE_NOOP("recorder", "The display gives no picture."),
    QT_TRANSLATE_NOOP("recorder", "The display went away."),
    QT_TRANSLATE_NOOP("recorder", "The display {0} cannot be opened ({1})."),
    QT_TRANSLATE_NOOP("recorder", "The display {0} does not answer ({1})."),
    QT_TRANSLATE_NOOP("recorder", "The evidence in {0} belongs to another session."),
    QT_TRANSLATE_NOOP("recorder", "The evidence in {0} is damaged ({1})."),
    QT_TRANSLATE_NOOP("recorder", "The evidence in {0} is in use by another Invigil program."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "The evidence in {0} was written by a newer Invigil (store version {1}, this program knows {2}).",
    ),
    QT_TRANSLATE_NOOP("recorder", "The exam"),
    QT_TRANSLATE_NOOP(
        "recorder",
        "The exam goes on without, and the recording says so. Ask your institution if you are not sure.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "The exam goes on without, and the recording says so. If you are not sure, ask: {contact}",
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "The exam goes on without; the recording says what was not looked for. `invigil-recorder models` adds and checks models.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "The exam goes on, but this computer is not held to its rules: {0}"
    ),
    QT_TRANSLATE_NOOP("recorder", "The exam may be written on one display only."),
    QT_TRANSLATE_NOOP("recorder", "The exam needs none."),
    QT_TRANSLATE_NOOP("recorder", "The exam records the room's sound."),
    QT_TRANSLATE_NOOP("recorder", "The exam records what is on the screen."),
    QT_TRANSLATE_NOOP("recorder", "The exam records your picture."),
    QT_TRANSLATE_NOOP(
        "recorder", "The exam's browser cannot be started on this computer: {0}."
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "The exam's browser cannot protect itself on this computer: its sandbox is switched off by the system's settings.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "The exam's browser runs without its sandbox, because it runs as root."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "The exam's rules on {0} have changed since you agreed to them."
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "The face on the document does not look like yours in the camera. Take it again, go on without it, or ask a proctor.",
    ),
    QT_TRANSLATE_NOOP("recorder", "The file {0} cannot be read."),
    QT_TRANSLATE_NOOP("recorder", "The file {0} cannot be written: {1}."),
    QT_TRANSLATE_NOOP("recorder", "The file {0} gives no more pictures."),
    QT_TRANSLATE_NOOP("recorder", "The file {0} holds no {1}."),
    QT_TRANSLATE_NOOP(
        "recorder", "The file {0} is not a recording, or is cut short before its index ({1})."
    ),
    QT_TRANSLATE_NOOP("recorder", "The folder {0} cannot be read: {1}."),
    QT_TRANSLATE_NOOP("recorder", "The institution's models"),
    QT_TRANSLATE_NOOP(
        "recorder", "The key in {0} is not the one that this session goes on with."
    ),
    QT_TRANSLATE_NOOP("recorder", "The line is very slow: the test did not end."),
    QT_TRANSLATE_NOOP("recorder", "The list of displays cannot be read ({0})."),
    QT_TRANSLATE_NOOP("recorder", "The list of input devices cannot be read ({0})."),
    QT_TRANSLATE_NOOP("recorder", "The list of running programs cannot be read ({0})."),
    QT_TRANSLATE_NOOP(
        "recorder", "The microphone gave no sound: it may be muted. Switch it on."
    ),
    QT_TRANSLATE_NOOP("recorder", "The microphone hears you."),
    QT_TRANSLATE_NOOP("recorder", "The microphone is not open."),
    QT_TRANSLATE_NOOP(
        "recorder", "The microphone is set too loud: the sound is distorted. Turn it down."
    ),
    QT_TRANSLATE_NOOP("recorder", "The microphone works."),
    QT_TRANSLATE_NOOP("recorder", "The microphone “{0}” cannot be opened ({1})."),
    QT_TRANSLATE_NOOP("recorder", "The microphone “{0}” is not there."),
    QT_TRANSLATE_NOOP("recorder", "The picture is blurred."),
    QT_TRANSLATE_NOOP("recorder", "The picture is blurred: hold still, and wipe the lens."),
    QT_TRANSLATE_NOOP("recorder", "The picture is lit well."),
    QT_TRANSLATE_NOOP("recorder", "The picture is too bright."),
    QT_TRANSLATE_NOOP("recorder", "The picture is too dark."),
    QT_TRANSLATE_NOOP("recorder", "The picture is upside down."),
    QT_TRANSLATE_NOOP("recorder", "The picture is upside down: turn the camera."),
    QT_TRANSLATE_NOOP("recorder", "The picture is very bright."),
    QT_TRANSLATE_NOOP("recorder", "The picture is very dark."),
    QT_TRANSLATE_NOOP("recorder", "The picture of the screen cannot be read."),
    QT_TRANSLATE_NOOP("recorder", "The picture repeats itself."),
    QT_TRANSLATE_NOOP("recorder", "The picture stands still."),
    QT_TRANSLATE_NOOP("recorder", "The proctor has ended the session."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "The proctor has not let you in, and writes: “{0}” You can ask {1} ({2}), or leave; what was recorded so far is kept and shows that you were here.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "The proctor has not let you in. You can ask {0} ({1}), or leave; what was recorded so far is kept and shows that you were here.",
    ),
    QT_TRANSLATE_NOOP("recorder", "The recorder was interrupted and started again."),
    QT_TRANSLATE_NOOP("recorder", "The recording could not be ended as it should be."),
    QT_TRANSLATE_NOOP(
        "recorder", "The recording of the screen is refused by macOS (error {0})."
    ),
    QT_TRANSLATE_NOOP("recorder", "The recording of the screen was stopped by macOS."),
    QT_TRANSLATE_NOOP("recorder", "The recording of the screen was stopped in the menu bar."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "The recording waits on this computer and is delivered after the exam: leave the computer on until Invigil says that all is delivered. Nothing is lost.",
    ),
    QT_TRANSLATE_NOOP("recorder", "The recording's evidence store is closed."),
    QT_TRANSLATE_NOOP("recorder", "The screen can be recorded."),
    QT_TRANSLATE_NOOP("recorder", "The screen cannot be recorded."),
    QT_TRANSLATE_NOOP("recorder", "The server cannot be reached: {0}."),
    QT_TRANSLATE_NOOP(
        "recorder", "The server does not take all of it. All is kept safely here: go on."
    ),
    QT_TRANSLATE_NOOP("recorder", "The server does not take the evidence: {0}"),
    QT_TRANSLATE_NOOP("recorder", "The server does not take the records: {0}"),
    QT_TRANSLATE_NOOP(
        "recorder", "The server has not signed for anything yet, so there is no receipt."
    ),
    QT_TRANSLATE_NOOP("recorder", "The server is busy: {0}."),
    QT_TRANSLATE_NOOP(
        "recorder", "The server was out of reach for {0} s; evidence waited here."
    ),
    QT_TRANSLATE_NOOP("recorder", "The server {0} cannot be reached: {1}."),
    QT_TRANSLATE_NOOP("recorder", "The server {0} cannot help right now: {1}."),
    QT_TRANSLATE_NOOP("recorder", "The server {0} cannot prove who it is: {1}."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "The server {0} cannot prove who it is: {1}. This computer's clock says that it is {2}.",
    ),
    QT_TRANSLATE_NOOP("recorder", "The server {0} does not know this code."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "The server {0} is not your institution's: its key is {1}, which this program was not made to trust.",
    ),
    QT_TRANSLATE_NOOP("recorder", "The server {0} refuses: {1}"),
    QT_TRANSLATE_NOOP("recorder", "The session in {0} is closed."),
    QT_TRANSLATE_NOOP("recorder", "The session runs, and says that this was not observed."),
    QT_TRANSLATE_NOOP("recorder", "The session's key {0} cannot be read: {1}."),
    QT_TRANSLATE_NOOP("recorder", "The sound is distorted: it is too loud for the microphone."),
    QT_TRANSLATE_NOOP("recorder", "The sound library PortAudio is missing."),
    QT_TRANSLATE_NOOP("recorder", "The sound system does not answer ({0})."),
    QT_TRANSLATE_NOOP("recorder", "The system asks whether Invigil may use the camera."),
    QT_TRANSLATE_NOOP("recorder", "The system asks whether Invigil may use the microphone."),
    QT_TRANSLATE_NOOP(
        "recorder", "The system lets a program use camera, microphone and screen, or not."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "The system will ask you about: {names}. Answer with “allow”."
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "The time is over. Please hand in now; in a minute the exam is handed in as it is.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "The watchdog that gives this computer back after a crash cannot be reached ({0}).",
    ),
    QT_TRANSLATE_NOOP("recorder", "The {0} ({1}) is open but gives nothing."),
    QT_TRANSLATE_NOOP("recorder", "The {0} does not work: {1}"),
    QT_TRANSLATE_NOOP("recorder", "There is no camera {0}."),
    QT_TRANSLATE_NOOP("recorder", "There is no display (DISPLAY is not set)."),
    QT_TRANSLATE_NOOP("recorder", "There is no evidence store in {0}."),
    QT_TRANSLATE_NOOP("recorder", "There is no file {0}."),
    QT_TRANSLATE_NOOP("recorder", "There is no microphone {0}."),
    QT_TRANSLATE_NOOP("recorder", "There is no microphone."),
    QT_TRANSLATE_NOOP("recorder", "There is no monitor {0}; {1} found, counted from 0."),
    QT_TRANSLATE_NOOP(
        "recorder", "There is not enough room in {0}: {1} are needed and {2} are free."
    ),
    QT_TRANSLATE_NOOP("recorder", "These are there: {0}."),
    QT_TRANSLATE_NOOP("recorder", "They do not start."),
    QT_TRANSLATE_NOOP("recorder", "They find what a reviewer should look at."),
    QT_TRANSLATE_NOOP(
        "recorder", "They find what your institution wants to be found, such as phones."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "They look at picture and sound on this computer, and nowhere else."
    ),
    QT_TRANSLATE_NOOP("recorder", "This code is no longer valid."),
    QT_TRANSLATE_NOOP("recorder", "This code was used already."),
    QT_TRANSLATE_NOOP("recorder", "This computer can do all of it."),
    QT_TRANSLATE_NOOP("recorder", "This computer is busy. Closing other programs helps."),
    QT_TRANSLATE_NOOP("recorder", "This computer is busy; pictures are kept less often."),
    QT_TRANSLATE_NOOP(
        "recorder", "This computer's setting {0} lets no connection be made: {1}."
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "This copy of Invigil cannot encode sound: its Opus and AAC encoders are missing.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "This copy of Invigil cannot encode video: its H.264 encoder is missing."
    ),
    QT_TRANSLATE_NOOP("recorder", "This could not be checked."),
    QT_TRANSLATE_NOOP(
        "recorder", "This desktop runs on Wayland, where no program may see the screen."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "This display does not tell when something is copied (XFIXES)."
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "This exam is taken in Invigil's own browser, which is not part of this installation.",
    ),
    QT_TRANSLATE_NOOP("recorder", "This exam is written on one display: unplug the others."),
    QT_TRANSLATE_NOOP(
        "recorder", "This exam was handed in on this computer; its recording is closed."
    ),
    QT_TRANSLATE_NOOP("recorder", "This exam's rules cannot be used: {0}."),
    QT_TRANSLATE_NOOP("recorder", "This recording is just being delivered."),
    QT_TRANSLATE_NOOP("recorder", "This system does not tell which programs use the camera."),
    QT_TRANSLATE_NOOP("recorder", "This version does not know “{0}”."),
    QT_TRANSLATE_NOOP(
        "recorder", "Try again in a minute; if it stays so, tell your institution."
    ),
    QT_TRANSLATE_NOOP("recorder", "Try again in a moment."),
    QT_TRANSLATE_NOOP("recorder", "Try again; if it stays so, restart the computer."),
    QT_TRANSLATE_NOOP("recorder", "Turn away from the window or the lamp, or dim it."),
    QT_TRANSLATE_NOOP("recorder", "Turn the camera round."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Turn the loudspeaker up and listen again. The exam itself needs only the microphone: if the bar moves when you speak, you can go on.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Turn towards the camera."),
    QT_TRANSLATE_NOOP("recorder", "Turn your head slowly to one side, then to the other."),
    QT_TRANSLATE_NOOP("recorder", "Two at a time take the devices from each other."),
    QT_TRANSLATE_NOOP("recorder", "Two faces are seen: you should be alone in the picture."),
    QT_TRANSLATE_NOOP(
        "recorder", "Unmute the microphone in the system's sound settings and on the device."
    ),
    QT_TRANSLATE_NOOP("recorder", "Update Invigil and try again; nothing was changed."),
    QT_TRANSLATE_NOOP("recorder", "Upload speed"),
    QT_TRANSLATE_NOOP("recorder", "Use device:0 (the first {0}), file:PATH or none."),
    QT_TRANSLATE_NOOP("recorder", "Use device:0, file:PATH or none."),
    QT_TRANSLATE_NOOP("recorder", "Use display:all to record every monitor."),
    QT_TRANSLATE_NOOP(
        "recorder", "Use display:all, display:0 (the first monitor), file:PATH or none."
    ),
    QT_TRANSLATE_NOOP("recorder", "Use display:all, display:0, file:PATH or none."),
    QT_TRANSLATE_NOOP(
        "recorder", "Use the address that begins with https://, as your institution gave it."
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Wait until the connection is back, then save it; or save the recording itself.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Wake the display, and unlock the screen."),
    QT_TRANSLATE_NOOP(
        "recorder", "What an earlier run changed on this computer cannot be looked up ({0})."
    ),
    QT_TRANSLATE_NOOP(
        "recorder", "What an exam changes on this computer is given back as it was."
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "What had been copied before the exam is lost; copy it again where it came from.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "What is changed on this computer for the exam cannot be noted down, so it is not changed ({0}).",
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "What is kept of you, until when, and a copy of it: {0} (whoever has this address sees it). You may also ask {1} for a copy.",
    ),
    QT_TRANSLATE_NOOP("recorder", "What the exam asks for"),
    QT_TRANSLATE_NOOP("recorder", "What the server {0} says cannot be trusted: {1}."),
    QT_TRANSLATE_NOOP(
        "recorder", "What was copied before the exam could not be given back ({0})."
    ),
    QT_TRANSLATE_NOOP("recorder", "What would be reported"),
    QT_TRANSLATE_NOOP("recorder", "Where you did not mean to, see to light, place and quiet."),
    QT_TRANSLATE_NOOP("recorder", "Whole: {names}"),
    QT_TRANSLATE_NOOP("recorder", "Window in front"),
    QT_TRANSLATE_NOOP("recorder", "Windows does not hide the exam from other programs ({0})."),
    QT_TRANSLATE_NOOP("recorder", "Windows does not let a program keep the computer awake."),
    QT_TRANSLATE_NOOP("recorder", "Windows does not let shortcuts be held ({0})."),
    QT_TRANSLATE_NOOP("recorder", "Windows does not say whether the exam is hidden ({0})."),
    QT_TRANSLATE_NOOP("recorder", "Windows keeps Ctrl+Alt+Delete and Win+L to itself."),
    QT_TRANSLATE_NOOP("recorder", "Wipe the camera, and give it a moment to focus."),
    QT_TRANSLATE_NOOP(
        "recorder", "With too little memory everything becomes slow, the exam too."
    ),
    QT_TRANSLATE_NOOP("recorder", "Without a network the whole exam waits on this disk."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Without it nothing can be added to the session; what was recorded can still be delivered with `invigil-recorder evidence upload`.",
    ),
    QT_TRANSLATE_NOOP("recorder", "You are hardly heard."),
    QT_TRANSLATE_NOOP("recorder", "You are heard clearly."),
    QT_TRANSLATE_NOOP("recorder", "You are heard, and taken for a voice."),
    QT_TRANSLATE_NOOP("recorder", "You did not hear yourself."),
    QT_TRANSLATE_NOOP("recorder", "You have been given {0} more."),
    QT_TRANSLATE_NOOP("recorder", "You have no permission to use the camera {0}."),
    QT_TRANSLATE_NOOP("recorder", "You may go on."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "Your break is over. Please go on with the exam; the break is being recorded.",
    ),
    QT_TRANSLATE_NOOP("recorder", "Your face"),
    QT_TRANSLATE_NOOP("recorder", "Your face is cut off by the picture's edge."),
    QT_TRANSLATE_NOOP("recorder", "Your face is found."),
    QT_TRANSLATE_NOOP("recorder", "Your face is not seen: sit before the camera."),
    QT_TRANSLATE_NOOP("recorder", "Your face is small in the picture."),
    QT_TRANSLATE_NOOP(
        "recorder", "Your photograph cannot be taken: comparing faces failed on this computer."
    ),
    QT_TRANSLATE_NOOP("recorder", "Your whole face should be in the picture."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "`invigil-recorder evidence list` shows the stores there are; --store names another folder.",
    ),
    QT_TRANSLATE_NOOP(
        "recorder",
        "`invigil-recorder evidence upload {0}` delivers what the server does not hold yet. To sit it again, ask your institution for a new code.",
    ),
    QT_TRANSLATE_NOOP("recorder", "`invigil-recorder evidence upload` delivers what is left."),
    QT_TRANSLATE_NOOP("recorder", "a NoMachine server"),
    QT_TRANSLATE_NOOP("recorder", "a VNC server"),
    QT_TRANSLATE_NOOP("recorder", "a hand at the ear"),
    QT_TRANSLATE_NOOP("recorder", "a picture that is not live"),
    QT_TRANSLATE_NOOP("recorder", "a program offers a camera: {0}"),
    QT_TRANSLATE_NOOP("recorder", "a remote desktop server (RDP)"),
    QT_TRANSLATE_NOOP("recorder", "a tool for changing programs listens at {0}"),
    QT_TRANSLATE_NOOP("recorder", "a tool that looks into programs runs: {0}"),
    QT_TRANSLATE_NOOP("recorder", "accessibility"),
    QT_TRANSLATE_NOOP("recorder", "an object that is not allowed"),
    QT_TRANSLATE_NOOP("recorder", "another program traces this program"),
    QT_TRANSLATE_NOOP("recorder", "another voice"),
    QT_TRANSLATE_NOOP("recorder", "blocked shortcuts"),
    QT_TRANSLATE_NOOP("recorder", "camera"),
    QT_TRANSLATE_NOOP("recorder", "displays"),
    QT_TRANSLATE_NOOP("recorder", "full screen"),
    QT_TRANSLATE_NOOP("recorder", "hands out of sight"),
    QT_TRANSLATE_NOOP("recorder", "installed files were changed: {0}"),
    QT_TRANSLATE_NOOP("recorder", "installed files were changed: {0} and {1} more"),
    QT_TRANSLATE_NOOP("recorder", "it has devices of {0}"),
    QT_TRANSLATE_NOOP("recorder", "it is a container ({0})"),
    QT_TRANSLATE_NOOP("recorder", "its network address is one that {0} gives"),
    QT_TRANSLATE_NOOP("recorder", "its window on top of others"),
    QT_TRANSLATE_NOOP("recorder", "keyboards and mice"),
    QT_TRANSLATE_NOOP(
        "recorder", "macOS does not let a program keep the computer awake ({0})."
    ),
    QT_TRANSLATE_NOOP("recorder", "macOS does not let shortcuts be held ({0})."),
    QT_TRANSLATE_NOOP("recorder", "macOS does not let shortcuts be held without a permission."),
    QT_TRANSLATE_NOOP("recorder", "macOS keeps Cmd+Alt+Esc and the power key to itself."),
    QT_TRANSLATE_NOOP(
        "recorder",
        "macOS keeps the gestures of trackpad and mouse, which show other windows, to itself.",
    ),
    QT_TRANSLATE_NOOP("recorder", "microphone"),
    QT_TRANSLATE_NOOP("recorder", "more than one face"),
    QT_TRANSLATE_NOOP("recorder", "no address given"),
    QT_TRANSLATE_NOOP("recorder", "no code given"),
    QT_TRANSLATE_NOOP("recorder", "no sleep"),
    QT_TRANSLATE_NOOP("recorder", "not used"),
    QT_TRANSLATE_NOOP("recorder", "quiet notifications"),
    QT_TRANSLATE_NOOP("recorder", "running programs"),
    QT_TRANSLATE_NOOP("recorder", "screen"),
    QT_TRANSLATE_NOOP("recorder", "screenshots and screen sharing"),
    QT_TRANSLATE_NOOP("recorder", "somebody is connected to {0}"),
    QT_TRANSLATE_NOOP("recorder", "speech"),
    QT_TRANSLATE_NOOP("recorder", "started with {0} put into it"),
    QT_TRANSLATE_NOOP("recorder", "the camera in use, “{0}”, is a program's"),
    QT_TRANSLATE_NOOP("recorder", "the camera was covered"),
    QT_TRANSLATE_NOOP("recorder", "the clipboard"),
    QT_TRANSLATE_NOOP("recorder", "the display is on another computer"),
    QT_TRANSLATE_NOOP("recorder", "the display is {0}'s, on no screen"),
    QT_TRANSLATE_NOOP("recorder", "the firmware calls this machine “{0}”"),
    QT_TRANSLATE_NOOP("recorder", "the list of installed files is gone"),
    QT_TRANSLATE_NOOP("recorder", "the login manager"),
    QT_TRANSLATE_NOOP("recorder", "the microphone in use, “{0}”, is a program's"),
    QT_TRANSLATE_NOOP("recorder", "the processor runs under a hypervisor"),
    QT_TRANSLATE_NOOP("recorder", "the session has {0}"),
    QT_TRANSLATE_NOOP("recorder", "the system says that it is virtual ({0})"),
    QT_TRANSLATE_NOOP("recorder", "the window in front"),
    QT_TRANSLATE_NOOP("recorder", "there is no display"),
    QT_TRANSLATE_NOOP("recorder", "this session by remote control"),
    QT_TRANSLATE_NOOP("recorder", "your eyes were off the screen"),
    QT_TRANSLATE_NOOP("recorder", "your face was not seen"),
    QT_TRANSLATE_NOOP("recorder", "your head was turned away"),
    QT_TRANSLATE_NOOP("recorder", "{0} Free some space on this computer."),
    QT_TRANSLATE_NOOP("recorder", "{0} are left."),
    QT_TRANSLATE_NOOP("recorder", "{0} belongs to another session."),
    QT_TRANSLATE_NOOP("recorder", "{0} cannot be read ({1})."),
    QT_TRANSLATE_NOOP("recorder", "{0} cannot be read: {1}."),
    QT_TRANSLATE_NOOP("recorder", "{0} cannot be removed ({1})."),
    QT_TRANSLATE_NOOP("recorder", "{0} cannot be told just now ({1})."),
    QT_TRANSLATE_NOOP("recorder", "{0} cannot be used: {1}"),
    QT_TRANSLATE_NOOP("recorder", "{0} gives no picture any more."),
    QT_TRANSLATE_NOOP("recorder", "{0} gives no sound any more."),
    QT_TRANSLATE_NOOP("recorder", "{0} is closed."),
    QT_TRANSLATE_NOOP("recorder", "{0} is left alone: {1}."),
    QT_TRANSLATE_NOOP("recorder", "{0} is loaded into this program"),
    QT_TRANSLATE_NOOP("recorder", "{0} is no camera."),
    QT_TRANSLATE_NOOP("recorder", "{0} is no display."),
    QT_TRANSLATE_NOOP("recorder", "{0} is no longer promised ({1})."),
    QT_TRANSLATE_NOOP("recorder", "{0} is no microphone."),
    QT_TRANSLATE_NOOP("recorder", "{0} is no voice to compare with."),
    QT_TRANSLATE_NOOP("recorder", "{0} is not a file of receipts: {1}."),
    QT_TRANSLATE_NOOP("recorder", "{0} is not a key of this file; allowed {1}: {2}."),
    QT_TRANSLATE_NOOP("recorder", "{0} is not a server's address."),
    QT_TRANSLATE_NOOP("recorder", "{0} is not a signing key."),
    QT_TRANSLATE_NOOP("recorder", "{0} is not an Invigil server: {1}."),
    QT_TRANSLATE_NOOP("recorder", "{0} is not an encrypted connection."),
    QT_TRANSLATE_NOOP("recorder", "{0} is not an evidence store of Invigil."),
    QT_TRANSLATE_NOOP("recorder", "{0} is {1}, which is no length of time."),
    QT_TRANSLATE_NOOP("recorder", "{0} is {1}, which is no number."),
    QT_TRANSLATE_NOOP("recorder", "{0} is {1}; allowed: {2}."),
    QT_TRANSLATE_NOOP("recorder", "{0} pieces are not taken by the server: {1}"),
    QT_TRANSLATE_NOOP("recorder", "{0} pieces have not arrived yet and are tried again: {1}."),
    QT_TRANSLATE_NOOP("recorder", "{0} says that this session is remote"),
    QT_TRANSLATE_NOOP("recorder", "{0} shows this desktop elsewhere"),
    QT_TRANSLATE_NOOP("recorder", "{0} was not promised ({1})."),
    QT_TRANSLATE_NOOP(
        "recorder", "{0} was set, and was taken out: it changes the exam's browser."
    ),
    QT_TRANSLATE_NOOP("recorder", "{0}: {1}; it is kept."),
    QT_TRANSLATE_NOOP("recorder", "{count} running, none of them prohibited"),
    QT_TRANSLATE_NOOP("recorder", "{count}: {sizes}; enlarged to {scales}"),
    QT_TRANSLATE_NOOP("recorder", "{free} GB free; the exam takes up to {needed} MB."),
    QT_TRANSLATE_NOOP("recorder", "{free} of {total} GB free"),
    QT_TRANSLATE_NOOP(
        "recorder", "{speed} Mbit/s; the exam needs up to {needed}. {mb} MB were sent for it."
    ),
    QT_TRANSLATE_NOOP("recorder", "{system}, Python {python}, {count} processors"),
    QT_TRANSLATE_NOOP("recorder", "{time}, not compared with a server's"),
    QT_TRANSLATE_NOOP("recorder", "{time}, the same as the server's (± {error} s)"),
    QT_TRANSLATE_NOOP("recorder", "{time}, {off} s ahead of the server's (± {error} s)"),
    QT_TRANSLATE_NOOP("recorder", "{time}, {off} s behind the server's (± {error} s)"),
    QT_TRANSLATE_NOOP("recorder", "“{0}” has failed unexpectedly."),
    QT_TRANSLATE_NOOP("recorder", "“{0}” is not a source for the {1}."),
    QT_TRANSLATE_NOOP("recorder", "“{0}” traces this program"),
)
