#include <gtest/gtest.h>
#include <paceline/workload/trace_row.h>
#include <simdjson.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace paceline::workload {
namespace {

using namespace std::chrono_literals;

/// A line with the padding that simdjson reads.
struct Padded {
  explicit Padded(std::string_view line) : text(line), length(line.size()) {
    text.append(simdjson::SIMDJSON_PADDING, '\0');
  }
  std::string_view line() const { return std::string_view(text).substr(0, length); }

  std::string text;
  std::size_t length;
};

TraceForm form_of(std::string_view first_line) {
  const Padded padded(first_line);
  const auto form = TraceForm::of(padded.line());
  EXPECT_TRUE(form) << form.error().message;
  return form.value_or(TraceForm{});
}

/// Row 0 of a form.
TraceRow parsed(const TraceForm& form, std::string_view line) {
  TraceRow row;
  const Padded padded(line);
  const auto read = TraceParser(form).parse(padded.line(), row);
  EXPECT_TRUE(read) << read.error().message;
  return row;
}

/// Why a line is refused as the first of a trace, or as a row.
std::string refusal_of_row(std::string_view first_line, std::string_view line = {}) {
  const Padded first(first_line);
  const auto form = TraceForm::of(first.line());
  if (!form) {
    EXPECT_EQ(form.error().code, ErrorCode::bad_line);
    return form.error().message;
  }
  TraceRow row;
  const Padded padded(line);
  const auto read = TraceParser(*form).parse(padded.line(), row);
  return read ? "read" : read.error().message;
}

TEST(TraceTimeTest, KeepsNanoseconds) {
  EXPECT_EQ(parse_trace_time("0"), 0ns);
  EXPECT_EQ(parse_trace_time("12.5"), 12'500ms);
  EXPECT_EQ(parse_trace_time("1700000000.123456789"), 1'700'000'000'123'456'789ns);
  EXPECT_EQ(parse_trace_time("0.0000000019"), 1ns);
}

TEST(TraceTimeTest, ReadsDates) {
  constexpr auto day = 1'700'092'800s;  // 2023-11-16
  EXPECT_EQ(parse_trace_time("2023-11-16 18:15:46.6805900"), day + 18h + 15min + 46'680'590us);
  EXPECT_EQ(parse_trace_time("2023-11-16T18:15:46Z"), day + 18h + 15min + 46s);
  EXPECT_EQ(parse_trace_time("2023-11-16 18:15:46+00:00"), day + 18h + 15min + 46s);
  EXPECT_EQ(parse_trace_time("2023-11-16 18:15:46.5+02:30"), day + 15h + 45min + 46'500ms);
  EXPECT_EQ(parse_trace_time("2023-11-16 18:15:46-0100"), day + 19h + 15min + 46s);
  EXPECT_EQ(parse_trace_time("1970-01-01 00:00:00"), 0ns);
}

TEST(TraceTimeTest, RefusesOtherTexts) {
  for (const char* text :
       {"", "-1", "1.", ".5", "1e3", "nan", "12s", "99999999999", "2023-11-16",
        "2023-13-01 00:00:00", "2023-02-30 00:00:00", "2023-11-16 24:00:00", "2023-11-16 18:60:00",
        "2023-11-16 18:15", "1969-12-31 23:59:59", "2262-01-01 00:00:00", "2023-11-16 18:15:46 CET",
        "2023-11-16 18:15:46+2", "TIMESTAMP"}) {
    EXPECT_FALSE(parse_trace_time(text)) << text;
  }
}

TEST(TraceFormTest, KnowsMooncakes) {
  constexpr std::string_view line =
      R"({"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47, 2354]})";
  const TraceForm form = form_of(line);
  EXPECT_FALSE(form.has_header);
  EXPECT_TRUE(form.in);
  EXPECT_TRUE(form.out);
  const TraceRow row = parsed(form, line);
  EXPECT_EQ(row.at, 27'482ms);
  EXPECT_EQ(row.in, 6955U);
  EXPECT_EQ(row.out, 52U);
  EXPECT_EQ(row.blocks, (std::vector<std::uint64_t>{46, 47, 2354}));
  EXPECT_EQ(parsed(form, R"({"timestamp": 0.25, "input_length": 0, "output_length": 1})").at,
            250us);
}

TEST(TraceFormTest, KnowsAzures) {
  const TraceForm form = form_of("TIMESTAMP,ContextTokens,GeneratedTokens");
  EXPECT_TRUE(form.has_header);
  const TraceRow row = parsed(form, "2023-11-16 18:15:46.6805900,374,44");
  EXPECT_EQ(row.at, 1'700'158'546'680'590'000ns);
  EXPECT_EQ(row.in, 374U);
  EXPECT_EQ(row.out, 44U);
  EXPECT_TRUE(row.blocks.empty());
}

TEST(TraceFormTest, KnowsBurstGpts) {
  const TraceForm form =
      form_of("Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type");
  const TraceRow row = parsed(form, "45.0,ChatGPT,472,0,472,\"Conversation, log\"");
  EXPECT_EQ(row.at, 45s);
  EXPECT_EQ(row.in, 472U);
  // A request without a response still asks for one.
  EXPECT_EQ(row.out, 1U);
}

TEST(TraceFormTest, KnowsDueTimesAlone) {
  EXPECT_EQ(parsed(form_of("due"), "1.5").at, 1'500ms);
  EXPECT_EQ(parsed(form_of("0.25"), "0.25").at, 250ms);
  EXPECT_FALSE(form_of("0.25").in);
  EXPECT_EQ(parsed(form_of(R"({"due": 1})"), R"({"due": 2.5})").at, 2'500ms);
  const TraceForm form = form_of("0.5,100,20.0");
  EXPECT_FALSE(form.has_header);
  EXPECT_EQ(parsed(form, "0.5,100,20.0").in, 100U);
  EXPECT_EQ(parsed(form, "0.5, 100, 20.0").out, 20U);
}

TEST(TraceFormTest, TakesQuotesAndAnyCase) {
  const TraceForm form = form_of("\"DUE\",\"Input_Length\",other");
  const TraceRow row = parsed(form, "\"1.5\",\"7\",\"a,b\"");
  EXPECT_EQ(row.at, 1'500ms);
  EXPECT_EQ(row.in, 7U);
}

TEST(TraceFormTest, RefusesOtherFiles) {
  for (const char* line : {"hello", R"({"prompt": "x"})", "[1, 2]", "{", "name,input_length",
                           "1,2,3,4", "\"", "due_time"}) {
    EXPECT_NE(refusal_of_row(line).find("not a trace; give"), std::string::npos) << line;
  }
}

TEST(TraceParserTest, SaysWhatIsWrongWithARow) {
  const std::string azure = "TIMESTAMP,ContextTokens,GeneratedTokens";
  EXPECT_TRUE(
      refusal_of_row(azure, "2023-11-16 18:15:46,374").starts_with("the line has 2 values, but"));
  EXPECT_TRUE(refusal_of_row(azure, "noon,374,44").starts_with("'noon' is not a time; give"));
  EXPECT_TRUE(refusal_of_row(azure, "1,-4,44").starts_with("'-4' is not a length of a prompt"));
  EXPECT_TRUE(
      refusal_of_row(azure, "1,4,10000001").starts_with("'10000001' is not a length of a resp"));
  const std::string mooncake = R"({"timestamp": 0, "input_length": 1, "output_length": 1})";
  EXPECT_TRUE(refusal_of_row(mooncake, "1,2,3").starts_with("the line is not a JSON object"));
  EXPECT_TRUE(
      refusal_of_row(mooncake, R"({"input_length": 1})").starts_with("the line has no timestamp"));
  EXPECT_TRUE(
      refusal_of_row(mooncake, R"({"timestamp": -1})").starts_with("timestamp is not a time"));
  EXPECT_TRUE(
      refusal_of_row(mooncake, R"({"timestamp": 1e300})").starts_with("timestamp is not a time"));
  EXPECT_TRUE(refusal_of_row(mooncake, R"({"timestamp": 18446744073709551615})")
                  .starts_with("timestamp is not a time"));
  EXPECT_TRUE(
      refusal_of_row(mooncake, R"({"timestamp": 1})").starts_with("input_length is not a number"));
  EXPECT_TRUE(
      refusal_of_row(mooncake,
                     R"({"timestamp": 1, "input_length": 1, "output_length": 1, "hash_ids": [-1]})")
          .starts_with("an element of hash_ids is not"));
}

}  // namespace
}  // namespace paceline::workload
