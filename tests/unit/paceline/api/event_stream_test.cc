#include <gtest/gtest.h>
#include <paceline/api/event_stream.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace paceline::api {
namespace {

using Events = std::vector<std::pair<std::string, std::string>>;

/// The events of a text that comes in chunks, cut before each of `cuts`.
Events events_of(std::string_view text, const std::vector<std::size_t>& cuts) {
  Events events;
  EventStream stream(
      [&events](const StreamEvent& event) { events.emplace_back(event.name, event.data); });
  std::size_t begin = 0;
  for (const std::size_t cut : cuts) {
    EXPECT_TRUE(stream.take(text.substr(begin, cut - begin)));
    begin = cut;
  }
  EXPECT_TRUE(stream.take(text.substr(begin)));
  return events;
}

/// However a text is cut, its events are the same.
void expect_events(std::string_view text, const Events& expected) {
  EXPECT_EQ(events_of(text, {}), expected) << text;
  std::vector<std::size_t> everywhere;
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(events_of(text, {cut}), expected) << text << " cut at " << cut;
    everywhere.push_back(cut);
  }
  EXPECT_EQ(events_of(text, everywhere), expected) << text;
}

TEST(EventStreamTest, ReadsEachEventAtItsEmptyLine) {
  expect_events("data: one\n\ndata: two\n\n", {{"", "one"}, {"", "two"}});
}

TEST(EventStreamTest, EndsALineWithAnyOfTheThreeEnds) {
  for (const std::string end : {"\n", "\r", "\r\n"}) {
    expect_events("data: one" + end + end + "data: two" + end + end, {{"", "one"}, {"", "two"}});
  }
  expect_events("data: a\r\ndata: b\n\rdata: c\n\n", {{"", "a\nb"}, {"", "c"}});
}

TEST(EventStreamTest, JoinsLinesOfData) {
  expect_events("data: one\ndata:\ndata: three\n\n", {{"", "one\n\nthree"}});
  expect_events("data\ndata\n\n", {{"", "\n"}});
}

TEST(EventStreamTest, DropsOneSpaceAfterTheColonOnly) {
  expect_events("data:none\n\ndata:  two\n\n", {{"", "none"}, {"", " two"}});
}

TEST(EventStreamTest, PassesOverCommentsAndOtherFields) {
  expect_events(": keep-alive\n\nid: 7\nretry: 5\ndata: x\nunknown\n\n", {{"", "x"}});
}

TEST(EventStreamTest, NamesAnEvent) {
  expect_events("event: response.created\ndata: {}\n\ndata: []\n\n",
                {{"response.created", "{}"}, {"", "[]"}});
}

TEST(EventStreamTest, AnEventWithoutDataIsNone) {
  expect_events("event: ping\n\n\n\ndata: x\n\n", {{"", "x"}});
}

TEST(EventStreamTest, EmptyDataIsAnEvent) {
  expect_events("data\n\ndata:\n\ndata: \n\n", {{"", ""}, {"", ""}, {"", ""}});
}

TEST(EventStreamTest, PassesOverAByteOrderMarkAtTheStartOnly) {
  expect_events(
      "\xEF\xBB\xBF"
      "data: x\n\n",
      {{"", "x"}});
  expect_events(
      "data: x\n\n\xEF\xBB\xBF"
      "data: y\n\n",
      {{"", "x"}});
}

TEST(EventStreamTest, AnEventThatDoesNotEndIsDropped) {
  expect_events("data: one\n\ndata: half\n", {{"", "one"}});
  Events events;
  EventStream stream(
      [&](const StreamEvent& event) { events.emplace_back(event.name, event.data); });
  stream.take("event: a\ndata: half\r");
  stream.reset();
  stream.take("\ndata: whole\n\n");
  EXPECT_EQ(events, (Events{{"", "whole"}}));
}

/// The events of a text whose lines with a 1 in them are events of their own.
Events lines_of(std::string_view text, std::size_t cut) {
  Events events;
  EventStream stream(
      [&events](const StreamEvent& event) { events.emplace_back(event.name, event.data); }, 1'000,
      [&events](const StreamEvent& event) {
        if (event.data.find('1') == event.data.npos) return false;
        events.emplace_back("line", event.data);
        return true;
      });
  EXPECT_TRUE(stream.take(text.substr(0, cut)));
  EXPECT_TRUE(stream.take(text.substr(cut)));
  stream.end();
  return events;
}

TEST(EventStreamTest, ALineMayBeAnEventOfItsOwn) {
  const std::string_view text =
      "data: 1\ndata: 11\n\ndata: 2\ndata: 1\n\nevent: e\ndata: 12\nid: 7\n\ndata: 1";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(lines_of(text, cut),
              (Events{{"line", "1"}, {"line", "11"}, {"", "2\n1"}, {"line", "12"}, {"line", "1"}}))
        << cut;
  }
}

TEST(EventStreamTest, AnEventThatIsTooLongIsRefused) {
  EventStream stream([](const StreamEvent&) { FAIL(); }, 100);
  EXPECT_TRUE(stream.take("data: " + std::string(50, 'x')));
  EXPECT_FALSE(stream.take(std::string(50, 'x')));
  stream.reset();
  bool fits = true;
  for (int i = 0; i < 20 && fits; ++i) fits = stream.take("data: " + std::string(20, 'x') + "\n");
  EXPECT_FALSE(fits);
}

TEST(EventStreamTest, ManyShortEventsAreNoLongOne) {
  int events = 0;
  EventStream stream([&events](const StreamEvent&) { ++events; }, 100);
  for (int i = 0; i < 1'000; ++i)
    EXPECT_TRUE(stream.take("data: " + std::string(60, 'x') + "\n\n"));
  EXPECT_EQ(events, 1'000);
}

}  // namespace
}  // namespace paceline::api
