#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/api.h>
#include <paceline/api/finish.h>
#include <paceline/api/response_fields.h>
#include <paceline/message.h>
#include <paceline/text_generation.h>
#include <paceline/workload.h>

namespace paceline::api {

/// JSON that is made, with its fields in the order in which they were set.
using Json = nlohmann::ordered_json;

/// The text of a JSON value, on one line; invalid UTF-8 becomes U+FFFD.
std::string json_text(const Json& value);

/// The part of the model's output that one event of a stream contains.
struct StreamDelta {
  /// Whether the event has reasoning, which is not a part of the answer.
  bool has_thoughts = false;
  /// Whether the event has a part of the answer: content, a refusal or a tool call.
  bool has_answer = false;
  /// Whether the reasoning is a summary.
  bool is_summary = false;
  /// Length of the reasoning.
  std::size_t thought_bytes = 0;

  bool has_tokens() const { return has_thoughts || has_answer; }
  /// Adds a part of the answer of this length, unless it is 0.
  void add_answer(std::size_t bytes);
  /// Adds reasoning of this length, unless it is 0.
  void add_thoughts(std::size_t bytes);
  void clear();
};

/// What the events of a streamed response have said so far.
struct StreamFindings {
  /// The content of the latest event.
  StreamDelta delta;
  /// Whether an earlier event had content.
  bool has_content = false;
  std::optional<Usage> usage;
  std::optional<Finish> finish;
  ToolCalls tool_calls;
  /// Whether a tool call without arguments is valid.
  bool calls_may_lack_arguments = false;
  /// An error that the server reports in the stream.
  std::optional<ToldError> error;
  /// Whether the form defines any of the events.
  bool is_of_form = false;
  /// Whether the response is complete.
  bool is_complete = false;

  void clear();
};

/// Reads the events of streamed responses of one form, one response after another.
class EventReader {
 public:
  virtual ~EventReader() = default;
  /// Begins a response. `keeps_text`: whether whole() will be called.
  virtual void begin(bool keeps_text) = 0;
  /// Reads an event. `type`: the event's field "type", or else its name. findings.delta is empty.
  virtual void read(std::string_view type, simdjson::dom::element root,
                    StreamFindings& findings) = 0;
  /// The JSON that the API would have sent without streaming.
  virtual std::string whole() const = 0;
  /// Memory that is held, in bytes.
  virtual std::size_t held() const = 0;
};

/// One form of requests and responses, such as chat completions. Thread-safe.
class ApiForm {
 public:
  virtual ~ApiForm() = default;
  /// The first part of a workload's name, such as "chat".
  virtual std::string_view name() const = 0;
  /// The path of requests under the base URL, such as "/chat/completions".
  virtual std::string_view path() const = 0;
  /// Headers that every request needs besides Content-Type.
  virtual HeaderList headers() const { return {}; }
  /// How requests carry the key if the user does not say.
  virtual Auth auth() const { return Auth::bearer; }
  /// Reads a response that is not streamed. Success means: the response has this form, and no part
  /// of it reports an error.
  virtual Outcome read_whole(simdjson::dom::element root) const = 0;
  /// nullptr: the form has no streams.
  virtual std::unique_ptr<EventReader> make_event_reader() const { return nullptr; }
  /// Whether a line that begins with { is an event too, as in newline-delimited JSON.
  virtual bool has_bare_events() const { return false; }
  /// The part of an event that shows the form, such as "choices".
  virtual std::string_view mark_of_events() const { return {}; }
};

/// A prompt, with the placeholders of a body template.
struct PromptText {
  /// Empty: no system message.
  std::string system;
  std::string user;
  /// PNG images in base64.
  std::vector<std::string> images{};

  /// Both messages as one text.
  std::string joined() const;
};

/// The format that a response must have.
struct ResponseFormat {
  /// A JSON schema; nullptr: any JSON object.
  std::shared_ptr<const Json> schema{};
  std::string name{};
  /// Whether the server must enforce the schema.
  bool is_strict = false;
};

/// A form of text generation by a language model.
class GenerationForm : public ApiForm {
 public:
  /// What a request of this form may contain besides text.
  struct Abilities {
    /// Token ids in place of the prompt's text.
    bool token_ids = false;
    bool images = false;
    bool tools = false;
    /// A response format without a schema.
    bool json_object = true;
  };
  virtual Abilities abilities() const = 0;
  /// Sets the fields with the prompt.
  virtual void set_prompt(const PromptText& prompt, Json& body) const = 0;
  /// Sets the fields with the tools (parse_tools). Precondition: the form has tools.
  virtual void set_tools(const Json& /*tools*/, Json& /*body*/) const {}
  /// Sets the fields with the format of responses.
  virtual void set_response_format(const ResponseFormat& format, Json& body) const = 0;
  /// The text of the first answer in a response that is not streamed.
  virtual std::string text_of(simdjson::dom::element root) const = 0;
  /// The field that limits the length of a response.
  virtual std::string_view limit_field(LimitField asked) const = 0;
  /// The limit of a request for which the user gives none; 0: not sent.
  virtual std::uint64_t default_limit() const { return 0; }
  /// Whether a server may know the limit by an older name only.
  virtual bool has_two_limit_fields() const { return false; }
  /// Whether a stream is asked for its usage by stream_options.
  virtual bool has_stream_options() const { return false; }
};

/// The form of this kind.
const ApiForm& form_of(ApiKind kind);

/// The form of text generation of this kind. Precondition: `kind` is of text generation.
const GenerationForm& generation_form_of(ApiKind kind);

/// The form of requests to `url`; chat completions if the URL is of no known form.
const ApiForm& form_of_url(std::string_view url);

}  // namespace paceline::api
