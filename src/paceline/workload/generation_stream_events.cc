#include <fmt/format.h>
#include <paceline/text/strings.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/generation_stream.h>
#include <paceline/workload/json_reader.h>

#include <algorithm>
#include <array>

namespace paceline::workload {
namespace {

namespace dom = simdjson::dom;
using Found = simdjson::simdjson_result<dom::element>;

constexpr std::array<std::string_view, 5> thought_fields{"reasoning_content", "reasoning",
                                                         "thinking", "thought", "thoughts"};

std::size_t bytes_of(Found found) {
  std::string_view text;
  return read_value(found, text) ? text.size() : 0;
}

bool is_thought_field(std::string_view name) {
  return std::find(thought_fields.begin(), thought_fields.end(), name) != thought_fields.end();
}

void add_thoughts(std::size_t bytes, StreamDelta& found) {
  if (bytes == 0) return;
  found.has_thoughts = true;
  found.thought_bytes += bytes;
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
  if (content.get(text) == simdjson::SUCCESS) return found.add_text(text);
  dom::array parts;
  if (content.get(parts) != simdjson::SUCCESS) return;
  for (const dom::element part : parts) {
    dom::element thoughts;
    if (read_value(part["thinking"], thoughts)) {
      add_thoughts(bytes_in_parts(thoughts), found);
    } else if (read_value(part["text"], text)) {
      found.add_text(text);
    } else if (has_value(part["refusal"])) {
      found.has_answer = true;
    }
  }
}

bool calls_function(Found function) {
  return bytes_of(function["name"]) > 0 || bytes_of(function["arguments"]) > 0 ||
         bytes_of(function["input"]) > 0 || function["arguments"].is_object();
}

void read_tool_calls(dom::element calls, StreamDelta& found) {
  dom::array items;
  if (calls.get(items) != simdjson::SUCCESS) return;
  for (const dom::element call : items) {
    if (calls_function(call["function"]) || calls_function(call["custom"])) found.has_answer = true;
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

void StreamDelta::add_text(std::string_view text) {
  if (text.empty()) return;
  has_answer = true;
  texts.push_back(text);
}

void StreamDelta::clear() {
  has_thoughts = false;
  has_answer = false;
  is_summary = false;
  thought_bytes = 0;
  texts.clear();
}

void read_chat_delta(dom::element delta, StreamDelta& found) {
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
      read_tool_calls(field.value, found);
    } else if (field.key == "function_call") {
      found.has_answer = found.has_answer || calls_function(as_found(field.value));
    } else if (field.key == "refusal") {
      found.has_answer = found.has_answer || bytes_of(as_found(field.value)) > 0;
    } else if (field.key == "audio") {
      const Found audio = as_found(field.value);
      found.has_answer =
          found.has_answer || bytes_of(audio["transcript"]) > 0 || bytes_of(audio["data"]) > 0;
    }
  }
  add_thoughts(thoughts, found);
}

void read_message_delta(dom::element event, StreamDelta& found) {
  dom::element block;
  if (!read_value(event["delta"], block) && !read_value(event["content_block"], block)) return;
  std::string_view text;
  if (read_value(block["text"], text)) found.add_text(text);
  add_thoughts(bytes_of(block["thinking"]) + bytes_of(block["data"]), found);
  // A tool call: its name in the first event, then its input.
  const bool calls_tool = bytes_of(block["name"]) > 0 || bytes_of(block["partial_json"]) > 0;
  found.has_answer = found.has_answer || calls_tool;
}

void read_response_delta(std::string_view type, dom::element event, StreamDelta& found) {
  std::string_view text;
  if (!type.ends_with(".delta") || !read_value(event["delta"], text) || text.empty()) return;
  if (type.find("reasoning") != std::string_view::npos) {
    add_thoughts(text.size(), found);
    found.is_summary = type.find("summary") != std::string_view::npos;
  } else if (type == "response.output_text.delta") {
    found.add_text(text);
  } else {
    found.has_answer = true;
  }
}

namespace {

/// Replaces `value` by the raw JSON that was found, unless that is null.
void keep(simdjson::simdjson_result<dom::element> found, std::string& value) {
  if (has_value(found)) value = simdjson::to_string(found.value_unsafe());
}

std::string_view or_null(const std::string& value) {
  return value.empty() ? "null" : std::string_view(value);
}

}  // namespace

void StreamedText::begin(ApiKind kind) {
  kind_ = kind;
  for (std::string* value :
       {&id_, &created_, &model_, &finish_reason_, &usage_, &text_, &response_}) {
    value->clear();
  }
}

void StreamedText::add_usage(simdjson::simdjson_result<dom::element> usage) {
  std::string later;
  keep(usage, later);
  if (!later.empty()) usage_ = usage_.empty() ? later : merged_body(usage_, later);
}

void StreamedText::add_chunk(dom::element root) {
  if (id_.empty()) {
    // These fields are the same in every chunk.
    keep(root["id"], id_);
    keep(root["created"], created_);
    keep(root["model"], model_);
  }
  keep(root["usage"], usage_);
  keep(root["choices"].at(0)["finish_reason"], finish_reason_);
}

void StreamedText::add_message(dom::element root) {
  keep(root["message"]["id"], id_);
  keep(root["message"]["model"], model_);
  keep(root["delta"]["stop_reason"], finish_reason_);
  // The first event has the usage of the prompt, and a later event that of the response.
  add_usage(root["message"]["usage"]);
  add_usage(root["usage"]);
}

void StreamedText::set_response(dom::element response) {
  response_ = simdjson::to_string(response);
}

std::string StreamedText::whole() const {
  if (!response_.empty()) return response_;
  const std::string text = text::json_quoted(text_);
  if (kind_ == ApiKind::messages) {
    return fmt::format(
        R"({{"id":{},"type":"message","role":"assistant","model":{},"content":[{{"type":"text",)"
        R"("text":{}}}],"stop_reason":{},"usage":{}}})",
        or_null(id_), or_null(model_), text, or_null(finish_reason_), or_null(usage_));
  }
  const bool is_chat = kind_ == ApiKind::chat;
  return fmt::format(
      R"({{"id":{},"object":"{}","created":{},"model":{},"choices":[{{"index":0,{}{}{},)"
      R"("finish_reason":{}}}],"usage":{}}})",
      or_null(id_), is_chat ? "chat.completion" : "text_completion", or_null(created_),
      or_null(model_), is_chat ? R"("message":{"role":"assistant","content":)" : R"("text":)", text,
      is_chat ? "}" : "", or_null(finish_reason_), or_null(usage_));
}

}  // namespace paceline::workload
