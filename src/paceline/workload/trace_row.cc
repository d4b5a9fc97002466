#include <paceline/workload/trace_row.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>

#include <paceline/text/numbers.h>
#include <paceline/text/strings.h>

namespace paceline::workload {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint64_t longest = 10'000'000;

constexpr std::string_view in_another_form =
    "the file is not a trace; give one JSON object per line, with timestamp in milliseconds or due "
    "in seconds, or comma-separated values whose first line names the columns, such as "
    "TIMESTAMP,ContextTokens,GeneratedTokens or due,input_length,output_length";

tl::unexpected<Error> bad_row(std::string message) {
  return fail(ErrorCode::bad_line, std::move(message));
}

/// Splits comma-separated values. A value in double quotes loses them.
void split(std::string_view line, std::vector<std::string_view>& values) {
  values.clear();
  while (true) {
    const bool is_quoted = line.starts_with('"');
    const std::size_t closing = is_quoted ? line.find('"', 1) : 0;
    const std::size_t end = std::min(line.find(',', is_quoted ? closing : 0), line.size());
    std::string_view value = text::without_spaces(line.substr(0, end));
    if (value.size() >= 2 && is_quoted && value.ends_with('"')) {
      value = value.substr(1, value.size() - 2);
    }
    values.push_back(value);
    if (end == line.size()) return;
    line.remove_prefix(end + 1);
  }
}

/// The column with one of these names. Upper and lower case are the same.
std::optional<std::size_t> column_of(std::span<const std::string_view> names,
                                     const std::vector<std::string_view>& header) {
  const auto found = std::find_if(header.begin(), header.end(), [names](std::string_view column) {
    return std::any_of(names.begin(), names.end(), [column](std::string_view name) {
      return text::equals_ignoring_case(name, column);
    });
  });
  if (found == header.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header.begin());
}

constexpr std::array<std::string_view, 2> at_names{"timestamp", "due"};
constexpr std::array<std::string_view, 3> in_names{"ContextTokens", "Request tokens",
                                                   "input_length"};
constexpr std::array<std::string_view, 3> out_names{"GeneratedTokens", "Response tokens",
                                                    "output_length"};

Result<std::uint64_t> parse_length(std::string_view what, std::string_view text) {
  // Some traces write whole numbers as 12.0.
  if (text.ends_with(".0")) text.remove_suffix(2);
  const auto length = text::parse_number(text, std::uint64_t{0}, longest);
  if (!length) {
    return bad_row(fmt::format("'{}' is not a length of {} in tokens; give a number up to {}",
                               text::cut_utf8(text, 40), what, longest));
  }
  return std::max<std::uint64_t>(1, *length);
}

Result<std::uint64_t> read_length(std::string_view what,
                                  simdjson::simdjson_result<simdjson::dom::element> found) {
  std::uint64_t length = 0;
  if (found.get(length) != simdjson::SUCCESS || length > longest) {
    return bad_row(
        fmt::format("{} is not a number of tokens up to {}; give the number in "
                    "every line, or in no line",
                    what, longest));
  }
  return std::max<std::uint64_t>(1, length);
}

/// `unit`: of a number. A text has its own form.
std::optional<nanoseconds> read_time(simdjson::dom::element value, nanoseconds unit) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return parse_trace_time(text);
  constexpr std::int64_t latest = 9'200'000'000'000'000'000;
  std::int64_t whole = 0;
  if (value.get(whole) == simdjson::SUCCESS) {
    if (whole < 0 || whole > latest / unit.count()) return std::nullopt;
    return whole * unit;
  }
  double number = 0;
  if (value.get(number) != simdjson::SUCCESS) return std::nullopt;
  const double time = number * static_cast<double>(unit.count());
  if (!(time >= 0 && time < static_cast<double>(latest))) return std::nullopt;
  return nanoseconds(std::llround(time));
}

}  // namespace

namespace {

Result<TraceForm> form_of_values(std::string_view header) {
  std::vector<std::string_view> values;
  split(header, values);
  if (parse_trace_time(values.front())) {
    if (values.size() > 3) return bad_row(std::string(in_another_form));
    TraceForm form;
    if (values.size() > 1) form.in = 1;
    if (values.size() > 2) form.out = 2;
    return form;
  }
  const auto at = column_of(at_names, values);
  if (!at) return bad_row(std::string(in_another_form));
  return TraceForm{.has_header = true,
                   .at = *at,
                   .in = column_of(in_names, values),
                   .out = column_of(out_names, values)};
}

Result<TraceForm> form_of_object(std::string_view line) {
  simdjson::dom::parser json;
  const auto root = json.parse(line.data(), line.size(), false);
  const auto has = [&root](std::string_view key) { return root[key].error() == simdjson::SUCCESS; };
  if (!has("timestamp") && !has("due")) return bad_row(std::string(in_another_form));
  TraceForm form{.is_json = true};
  if (has("input_length")) form.in = 0;
  if (has("output_length")) form.out = 0;
  return form;
}

}  // namespace

Result<TraceForm> TraceForm::of(std::string_view first_line) {
  const bool is_json = text::without_spaces(first_line).starts_with('{');
  return is_json ? form_of_object(first_line) : form_of_values(first_line);
}

Result<void> TraceParser::parse(std::string_view line, TraceRow& row) {
  row.in = row.out = 0;
  row.blocks.clear();
  return form_.is_json ? parse_object(line, row) : parse_values(line, row);
}

Result<void> TraceParser::parse_values(std::string_view line, TraceRow& row) {
  split(line, values_);
  const std::size_t last = std::max({form_.at, form_.in.value_or(0), form_.out.value_or(0)});
  if (values_.size() <= last) {
    return bad_row(fmt::format("the line has {} values, but needs {}; complete or remove the line",
                               values_.size(), last + 1));
  }
  const auto at = parse_trace_time(values_[form_.at]);
  if (!at) {
    return bad_row(
        fmt::format("'{}' is not a time; give seconds such as 12.5, or a date such as "
                    "2023-11-16 18:15:46.68",
                    text::cut_utf8(values_[form_.at], 40)));
  }
  row.at = *at;
  if (form_.in) {
    const auto length = parse_length("a prompt", values_[*form_.in]);
    if (!length) return tl::unexpected(length.error());
    row.in = *length;
  }
  if (form_.out) {
    const auto length = parse_length("a response", values_[*form_.out]);
    if (!length) return tl::unexpected(length.error());
    row.out = *length;
  }
  return {};
}

Result<void> TraceParser::parse_object(std::string_view line, TraceRow& row) {
  simdjson::dom::object object;
  if (json_.parse(line.data(), line.size(), false).get(object) != simdjson::SUCCESS) {
    return bad_row("the line is not a JSON object; correct or remove the line");
  }
  simdjson::dom::element time;
  const bool is_stamp = object["timestamp"].get(time) == simdjson::SUCCESS;
  if (!is_stamp && object["due"].get(time) != simdjson::SUCCESS) {
    return bad_row("the line has no timestamp; add one, in milliseconds");
  }
  const auto at = read_time(
      time, is_stamp ? nanoseconds(std::chrono::milliseconds(1)) : std::chrono::seconds(1));
  if (!at) {
    return bad_row(fmt::format("{} is not a time; give {}", is_stamp ? "timestamp" : "due",
                               is_stamp ? "milliseconds" : "seconds"));
  }
  row.at = *at;
  if (form_.in) {
    const auto length = read_length("input_length", object["input_length"]);
    if (!length) return tl::unexpected(length.error());
    row.in = *length;
  }
  if (form_.out) {
    const auto length = read_length("output_length", object["output_length"]);
    if (!length) return tl::unexpected(length.error());
    row.out = *length;
  }
  simdjson::dom::array ids;
  if (object["hash_ids"].get(ids) != simdjson::SUCCESS) return {};
  for (const simdjson::dom::element id : ids) {
    std::uint64_t number = 0;
    if (id.get(number) != simdjson::SUCCESS) {
      return bad_row(
          "an element of hash_ids is not a whole number of at least 0; correct the element");
    }
    row.blocks.push_back(number);
  }
  return {};
}

}  // namespace paceline::workload
