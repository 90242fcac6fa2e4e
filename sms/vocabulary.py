"""Words that may stand beside the word of a service without making a complaint of it.

"Praman patra banwana hai" wants a certificate; "kirayedar ne maara" is a cry for help.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.spelling import as_spelt


def _spelt(words: str) -> frozenset[str]:
    return frozenset(map(as_spelt, words.split()))


_AFTER_SERVICE = _spelt(
    "hai hain ho hun chahiye chahie banwana banwani banana banani karana karani karna karni"
    " karwana karwani karvana lena leni dena deni likhna likhwana nikalna nikalni janna jaanna"
    " dekhna pata ke ka ki liye darj satyapan praman patra anumati report suchna suchi list"
    " number nambar sankhya sthiti status nagrik panjikaran panjiyan vahan gaadi"
    " haan ha ji please kripya mujhe mera meri mere humko hamko my the a for want need i"
    " certificate permission verification help karo karen kare de do dijiye"
    " है हैं हो हूं चाहिए चाहिये बनवाना बनवानी बनाना बनानी कराना करानी करना करनी करवाना करवानी"
    " लेना लेनी देना देनी लिखना लिखवाना निकालना निकालनी जानना देखना पता के का की लिए लिये दर्ज"
    " सत्यापन प्रमाण पत्र अनुमति रिपोर्ट सूचना सूची नंबर नम्बर संख्या स्थिति नागरिक पंजीकरण वाहन गाड़ी"
    " हां हाँ जी कृपया मुझे मेरा मेरी मेरे हमको करो करें दे दो दीजिए"
)
_AFTER_LOST = _spelt(
    "gaya gayi gaye gyi gya gai hua hui hue huwa is was has been have गया गई गयी गए गये हुआ हुई हुए"
)
_THINGS = _spelt(
    "mobile phone fon card kard atm bank aadhaar aadhar adhar pan voter id ration rashan licence"
    " license laisens driving dl rc purse pars wallet bag baig passbook cheque check chek sim"
    " marksheet mark sheet papers paper kagaz kagaj kagzat document documents key keys chabi"
    " saman samaan cheez"
    " मोबाइल मोबाईल फोन फ़ोन कार्ड एटीएम बैंक आधार पैन वोटर आईडी राशन लाइसेंस ड्राइविंग पर्स बटुआ"
    " बैग पासबुक चेक सिम मार्कशीट अंकपत्र कागज कागजात चाबी सामान चीज"
)
# As they stand: "kho" (lost) is not "ko".
_LOST = {
    *("kho", "khoya", "khoyi", "khoi", "gum", "lost", "lapata", "missing", "gumshuda"),
    *("खो", "खोया", "खोई", "खोयी", "गुम", "लापता", "गुमशुदा"),
}
_PERSONS = _spelt(
    "bachcha bachchi bacha bachi baccha bacchi bachche bache beta beti bete bhai behen bahan behan"
    " pati patni biwi bibi maa mata mataji mummy pita pitaji papa baap dada dadi nana nani chacha"
    " chachi ladka ladki aadmi aurat mahila buzurg bahu pota poti"
    " child children son daughter brother sister husband wife mother father boy girl kid baby"
    " man woman person"
    " बच्चा बच्ची बच्चे बेटा बेटी बेटे भाई बहन बहिन पति पत्नी बीवी मां माँ माता माताजी पिता पिताजी"
    " पापा बाप दादा दादी नाना नानी चाचा चाची लड़का लड़की आदमी औरत महिला बुजुर्ग बहू पोता पोती"
)
_OWNING = _spelt("ka ki ke s का की के")
_BETWEEN = _AFTER_LOST | _spelt(
    "hai hain ho mera meri mere hamara hamari humara humari my our the a chhota chhoti bada"
    " badi small little old kahin kal aaj se"
    " है हैं हो मेरा मेरी मेरे हमारा हमारी छोटा छोटी बड़ा बड़ी कहीं कल आज से"
)


def only_asks(service: str, rest: Sequence[str]) -> bool:
    """Say whether what follows the word of a service tells nothing but that it is wanted."""
    known = _AFTER_SERVICE
    if service in {"lost_property", "missing_person"}:
        known |= _AFTER_LOST
    if service == "lost_property":
        known |= _THINGS
    return known.issuperset(map(as_spelt, rest))


def misses_somebody(words: Sequence[str]) -> bool:
    """Say whether a text is about somebody who is lost, not about something of hers."""
    told = [word for word in words if as_spelt(word) not in _BETWEEN]
    for first, second, third in zip(told, told[1:], [*told[2:], ""], strict=False):
        if _is_person(first) and second in _LOST:
            return True
        if first in _LOST and _is_person(second) and as_spelt(third) not in _OWNING:
            return True
    return False


def _is_person(word: str) -> bool:
    return as_spelt(word) in _PERSONS
