"""browser.py URL [ANSWER]: opens a page, sends its form if an answer is given, and prints the address and
the text of the page it ends on."""

import re
import sys
import urllib.error
import urllib.parse
import urllib.request


def read(page):
    text = page.read().decode()
    body = text[text.index("<body") :]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w*)"', body))
    words = " ".join(re.sub(r"<[^>]*>", " ", body).split())
    return page.geturl(), hidden, words


def request(url, data=None):
    try:
        return read(urllib.request.urlopen(url, data, timeout=20))
    except urllib.error.HTTPError as error:
        return read(error)


url, hidden, words = request(sys.argv[1])
for answer in sys.argv[2:]:
    form = urllib.parse.urlencode({**hidden, "answer": answer}).encode()
    url, hidden, words = request(url, form)
print(words)
