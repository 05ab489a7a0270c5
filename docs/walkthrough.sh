# What the walkthroughs in docs/ have in common: `. docs/walkthrough.sh`, in bash, with grpcurl and curl.

# call METHOD JSON: prints the answer, and keeps it. WHO, if it is set, is who calls.
call() {
  ANSWER=$(grpcurl -plaintext ${WHO:+-H "bursar-principal: $WHO"} -d "$2" localhost:7070 "bursar.$1" 2>&1)
  echo "$ANSWER"
}
# get FIELD: the first such field of the last answer.
get() { sed -n "s/^ *\"$1\": \"\([^\"]*\)\".*/\1/p" <<<"$ANSWER" | head -n 1; }
# id: a new request id.
id() { uuidgen 2>/dev/null || cat /proc/sys/kernel/random/uuid; }
# why METHOD JSON: calls, and prints of the refusal its message and every rule that is not met.
why() {
  call "$1" "$2" >/dev/null
  sed -n 's/^ *Message: //p' <<<"$ANSWER"
  grep -o '"type":"[A-Z][0-9]*","subject":"[A-Z_0-9]*"' <<<"$ANSWER" | sed 's/"type":"\(.*\)","subject":"\(.*\)"/  \1 \2/'
}
# page URL [FIELD=VALUE]...: what a browser does. Opens a page, sends its form with these fields, if any are given,
# and prints the heading of the page that it ends on. So do the buttons of the page.
page() {
  local url field fields=()
  url=$(curl -sLo /dev/null -w '%{url_effective}' "$1"); shift
  for field in "$@"; do fields+=(--data-urlencode "$field"); done
  echo "$(curl -sL "${fields[@]}" "$url" | sed -n 's/.*<h1>\([^<]*\)<\/h1>.*/\1/p')"
}
# clock ID TIME: a test clock that shows a time and stands still.
clock() { call sandbox.v1.TestClockService/CreateTestClock '{"test_clock_id": "'$1'", "time": "'$2'"}'; }
# advance ID TIME: moves it, and prints what fired on the way.
advance() { call sandbox.v1.TestClockService/AdvanceTestClock '{"name": "testClocks/'$1'", "time": "'$2'"}'; }
# account PROGRAM COUNTRY CURRENCY CLOCK: a new customer, on a test clock.
account() {
  call v1.AccountService/CreateAccount '{"account": {"program": "'$1'", "region_code": "'$2'",
    "currency_code": "'$3'"}, "request_id": "'$(id)'"}'
  grpcurl -plaintext -d '{"account": "'$(get name)'", "test_clock": "testClocks/'$4'"}' \
    localhost:7070 bursar.sandbox.v1.TestClockService/AttachAccount >/dev/null
}
# link ACCOUNT NUMBER COUNTRY: links a card whose bills go to that country.
link() {
  call v1.PaymentMethodService/LinkCard '{"parent": "'$1'", "request_id": "'$(id)'", "card": {"number": "'$2'",
    "expiry": "12/35", "security_code": "123", "holder_name": "Grace Hopper", "billing_address": {
      "street_lines": ["1 Main Street"], "city": "Springfield", "postal_code": "10001", "region_code": "'$3'"}}}'
}
