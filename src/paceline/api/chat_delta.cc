#include <algorithm>
#include <array>
#include <string_view>

#include <paceline/api/choices_stream.h>
#include <paceline/api/json_reader.h>

namespace paceline::api {
namespace {

namespace dom = simdjson::dom;
using Found = simdjson::simdjson_result<dom::element>;

constexpr std::array<std::string_view, 5> thought_fields{"reasoning_content", "reasoning",
                                                         "thinking", "thought", "thoughts"};

bool is_thought_field(std::string_view name) {
  return std::find(thought_fields.begin(), thought_fields.end(), name) != thought_fields.end();
}

/// Bytes of text in a string or in an array of content parts.
std::size_t bytes_in_parts(dom::element element) {
  std::size_t bytes = bytes_of(as_found(element));
  dom::array parts;
  if (element.get(parts) == simdjson::SUCCESS) {
    for (const dom::element part : parts) bytes += bytes_of(part["text"]);
  }
  return bytes;
}

/// Content is a string or an array of parts. For Mistral, parts may be reasoning.
void read_content(dom::element content, StreamDelta& found) {
  std::string_view text;
  if (content.get(text) == simdjson::SUCCESS) return found.add_answer(text.size());
  dom::array parts;
  if (content.get(parts) != simdjson::SUCCESS) return;
  for (const dom::element part : parts) {
    dom::element thoughts;
    if (read_value(part["thinking"], thoughts)) {
      found.add_thoughts(bytes_in_parts(thoughts));
    } else if (read_value(part["text"], text)) {
      found.add_answer(text.size());
    } else if (has_value(part["refusal"])) {
      found.has_answer = true;
    }
  }
}

bool calls_function(Found function) {
  return bytes_of(function["name"]) > 0 || bytes_of(function["arguments"]) > 0 ||
         bytes_of(function["input"]) > 0 || function["arguments"].is_object();
}

/// A custom tool's input is plain text, so it is not checked as JSON.
void read_function(std::uint64_t number, Found function, StreamFindings& found) {
  if (!calls_function(function)) return;
  found.delta.has_answer = true;
  std::string_view piece;
  if (read_value(function["arguments"], piece)) {
    found.tool_calls.add(number, piece);
  } else if (function["arguments"].is_object()) {
    found.tool_calls.add(number, "{}");
  } else if (!has_value(function["input"])) {
    found.tool_calls.begin(number);
  }
}

/// Calls are numbered within their choice.
void read_tool_calls(dom::element calls, std::uint64_t choice, StreamFindings& found) {
  constexpr std::uint64_t most_calls = 1'000;
  dom::array items;
  if (calls.get(items) != simdjson::SUCCESS) return;
  std::uint64_t place = 0;
  for (const dom::element call : items) {
    std::uint64_t number = place++;
    read_value(call["index"], number);
    if (has_value(call["custom"])) {
      found.delta.has_answer = found.delta.has_answer || calls_function(call["custom"]);
    } else {
      read_function(choice * most_calls + number, call["function"], found);
    }
  }
}

/// Reasoning in OpenRouter's form. `reasoning` may repeat the same text, so its bytes are not
/// added.
void read_reasoning_details(dom::element details, StreamDelta& found) {
  dom::array items;
  if (details.get(items) != simdjson::SUCCESS) return;
  for (const dom::element item : items) {
    const std::size_t summary = bytes_of(item["summary"]);
    const std::size_t bytes = summary + bytes_of(item["text"]) + bytes_of(item["data"]);
    found.has_thoughts = found.has_thoughts || bytes > 0;
    found.is_summary = found.is_summary || summary > 0;
  }
}

}  // namespace

void read_chat_delta(dom::element delta, std::uint64_t choice, StreamFindings& findings) {
  StreamDelta& found = findings.delta;
  dom::object fields;
  if (delta.get(fields) != simdjson::SUCCESS) return;
  // Some servers send the same reasoning in two fields.
  std::size_t thoughts = 0;
  for (const dom::key_value_pair field : fields) {
    if (field.key == "role") continue;
    if (field.key == "content") {
      read_content(field.value, found);
    } else if (is_thought_field(field.key)) {
      thoughts = std::max(thoughts, bytes_in_parts(field.value));
    } else if (field.key == "reasoning_details") {
      read_reasoning_details(field.value, found);
    } else if (field.key == "tool_calls") {
      read_tool_calls(field.value, choice, findings);
    } else if (field.key == "function_call") {
      read_function(choice, as_found(field.value), findings);
    } else if (field.key == "refusal") {
      found.has_answer = found.has_answer || bytes_of(as_found(field.value)) > 0;
    } else if (field.key == "audio") {
      const Found audio = as_found(field.value);
      found.has_answer =
          found.has_answer || bytes_of(audio["transcript"]) > 0 || bytes_of(audio["data"]) > 0;
    }
  }
  found.add_thoughts(thoughts);
}

void read_message_calls(dom::element message, ToolCalls& calls) {
  dom::object fields;
  if (message.get(fields) != simdjson::SUCCESS) return;
  for (const dom::key_value_pair field : fields) {
    dom::array items;
    if (field.key == "tool_calls" && field.value.get(items) == simdjson::SUCCESS) {
      for (const dom::element call : items) {
        if (!has_value(call["custom"])) calls.add_whole(call["function"]["arguments"]);
      }
    } else if (field.key == "function_call" && !field.value.is_null()) {
      calls.add_whole(field.value["arguments"]);
    }
  }
}

}  // namespace paceline::api
