#include <endpoint/api_request.h>
#include <endpoint/request_reader.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view prompt_kinds =
    "a string, an array of strings, an array of token numbers or an array of such arrays";

}  // namespace

std::optional<ApiError> RequestReader::read_chat(std::string& body, Generation& response) {
  constexpr std::array<std::string_view, 2> limits = {"max_completion_tokens", "max_tokens"};
  auto parsed = parse_request(parser_, body);
  if (!parsed) return std::move(parsed.error());
  const dom::object object = *parsed;
  begin(response);
  if (auto error = read_model(object, response.model)) return error;
  if (auto error = read_chat_messages(object, response)) return error;
  if (auto error = read_choices(object, response)) return error;
  if (auto error = read_format(find_member(object, "response_format"), "response_format")) {
    return error;
  }
  if (auto error = read_tools(object, ToolForm::chat, response)) return error;
  if (auto error = read_length(object, limits, response)) return error;
  return read_streaming(object, response);
}

std::optional<ApiError> RequestReader::read_completions(std::string& body, Generation& response) {
  constexpr std::array<std::string_view, 1> limits = {"max_tokens"};
  auto parsed = parse_request(parser_, body);
  if (!parsed) return std::move(parsed.error());
  const dom::object object = *parsed;
  begin(response);
  if (auto error = read_model(object, response.model)) return error;
  if (auto error = read_prompts(object, response)) return error;
  if (auto error = read_choices(object, response)) return error;
  if (auto error = read_format(find_member(object, "response_format"), "response_format")) {
    return error;
  }
  if (auto error = read_length(object, limits, response)) return error;
  if (auto error = check_echoes(response)) return error;
  return read_streaming(object, response);
}

std::optional<ApiError> RequestReader::read_responses(std::string& body, Generation& response) {
  constexpr std::array<std::string_view, 1> limits = {"max_output_tokens"};
  auto parsed = parse_request(parser_, body);
  if (!parsed) return std::move(parsed.error());
  const dom::object object = *parsed;
  begin(response);
  if (auto error = read_model(object, response.model)) return error;
  if (auto error = read_input(object, response)) return error;
  if (auto error = read_text_format(object)) return error;
  if (auto error = read_tools(object, ToolForm::responses, response)) return error;
  if (auto error = read_length(object, limits, response)) return error;
  return read_flag(object, "stream", response.streams);
}

void RequestReader::begin(Generation& response) {
  response.number = ++responses_;
  response.created = seconds_since_1970();
  response.streams = false;
  response.includes_usage = false;
  response.has_running_usage = false;
  response.choices = 1;
  json_.reset();
  response.json.clear();
  response.tool.clear();
  response.is_filtered = false;
  response.fails = false;
  response.is_json_broken = false;
  response.echoes.clear();
}

std::optional<ApiError> RequestReader::read_chat_messages(dom::object body, Generation& response) {
  dom::element messages;
  if (body["messages"].get(messages) != simdjson::SUCCESS) return missing_parameter("messages");
  dom::array list;
  if (messages.get(list) != simdjson::SUCCESS) {
    return invalid_type("messages", "an array of objects");
  }
  if (list.begin() == list.end()) return empty_array("messages");
  PromptCounter prompt(cache_, response.model);
  add_tools(body, prompt);
  for (const dom::element message : list) prompt.add_message(message);
  return take_prompt(prompt, response);
}

std::optional<ApiError> RequestReader::take_prompt(const PromptCounter& prompt,
                                                   Generation& response) {
  response.prompt_tokens = prompt.tokens();
  response.cached_tokens = prompt.cached_tokens();
  return prompt.error();
}

std::optional<ApiError> RequestReader::read_input(dom::object body, Generation& response) {
  const auto input = find_member(body, "input");
  if (!input) return missing_parameter("input");
  PromptCounter prompt(cache_, response.model);
  add_tools(body, prompt);
  if (const auto instructions = find_member(body, "instructions")) {
    std::string_view text;
    if (instructions->get(text) != simdjson::SUCCESS)
      return invalid_type("instructions", "a string");
    prompt.add_message("developer", text);
  }
  std::string_view text;
  dom::array list;
  if (input->get(text) == simdjson::SUCCESS) {
    prompt.add_message("user", text);
  } else if (input->get(list) != simdjson::SUCCESS) {
    return invalid_type("input", "a string or an array of objects");
  } else if (list.begin() == list.end()) {
    return empty_array("input");
  } else {
    for (const dom::element message : list) prompt.add_message(message);
  }
  return take_prompt(prompt, response);
}

std::optional<ApiError> RequestReader::read_prompts(dom::object body, Generation& response) {
  constexpr std::size_t most_prompts = 2048;
  bool echoes = false;
  if (auto error = read_flag(body, "echo", echoes)) return error;
  const auto prompt = find_member(body, "prompt");
  if (!prompt) return missing_parameter("prompt");
  response.prompt_tokens = 0;
  response.cached_tokens = 0;
  dom::array list;
  if (prompt->get(list) != simdjson::SUCCESS) return add_prompt(*prompt, echoes, response);
  if (list.begin() == list.end()) return empty_array("prompt");
  if ((*list.begin()).is_int64()) return add_prompt(*prompt, echoes, response);
  response.choices = 0;
  for (const dom::element one : list) {
    if (++response.choices > most_prompts) {
      return ApiError{
          bad_request,
          fmt::format("Invalid 'prompt': array too long. Expected an array with maximum "
                      "length {}.",
                      most_prompts),
          "prompt", "array_above_max_length"};
    }
    if (auto error = add_prompt(one, echoes, response)) return error;
  }
  return std::nullopt;
}

std::optional<ApiError> RequestReader::add_prompt(dom::element prompt, bool echoes,
                                                  Generation& response) {
  auto counter = PromptCounter::plain(cache_, response.model);
  std::string_view text;
  dom::array tokens;
  if (prompt.get(text) == simdjson::SUCCESS) {
    counter.add_text(text);
    if (echoes) response.echoes.emplace_back(text);
  } else if (prompt.get(tokens) == simdjson::SUCCESS) {
    if (tokens.begin() == tokens.end()) return empty_array("prompt");
    for (const dom::element token : tokens) {
      std::int64_t number = 0;
      if (token.get(number) != simdjson::SUCCESS) return invalid_type("prompt", prompt_kinds);
      counter.add_token(number);
    }
    // The text of token numbers is unknown, so words replace them.
    if (echoes) append_generated_text(counter.tokens(), response.echoes.emplace_back());
  } else {
    return invalid_type("prompt", prompt_kinds);
  }
  response.prompt_tokens += counter.tokens();
  response.cached_tokens += counter.cached_tokens();
  return std::nullopt;
}

std::optional<ApiError> RequestReader::read_tools(dom::object body, ToolForm form,
                                                  Generation& response) {
  auto call = tools_.choose(body, form);
  if (!call) return std::move(call.error());
  if (!*call) return std::nullopt;
  response.tool = std::move((*call)->name);
  json_ = std::move((*call)->arguments);
  return std::nullopt;
}

// A model reads the definitions of tools before the messages.
void RequestReader::add_tools(dom::object body, PromptCounter& prompt) {
  if (const auto tools = find_member(body, "tools")) prompt.add_text(simdjson::minify(*tools));
}

// The response repeats the prompt for each choice.
std::optional<ApiError> RequestReader::check_echoes(const Generation& response) {
  constexpr std::size_t longest = 16U << 20U;
  std::size_t bytes = 0;
  for (const std::string& echo : response.echoes) bytes += echo.size();
  if (response.echoes.empty() || bytes <= longest / (response.choices / response.echoes.size())) {
    return std::nullopt;
  }
  return ApiError{
      bad_request,
      "The prompts of all choices together are longer than 16 MiB: ask without echo, or "
      "for fewer choices.",
      "echo", "invalid_value"};
}

std::optional<ApiError> RequestReader::read_streaming(dom::object body, Generation& response) {
  if (auto error = read_flag(body, "stream", response.streams)) return error;
  const auto given = find_member(body, "stream_options");
  if (!given) return std::nullopt;
  dom::object options;
  if (given->get(options) != simdjson::SUCCESS) return invalid_type("stream_options", "an object");
  if (!response.streams) {
    return ApiError{bad_request,
                    "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
                    "stream_options"};
  }
  if (auto error = read_flag(options, "include_usage", response.includes_usage)) return error;
  bool wants_running_usage = false;
  auto error = read_flag(options, "continuous_usage_stats", wants_running_usage);
  response.has_running_usage = response.includes_usage && wants_running_usage;
  return error;
}

}  // namespace paceline::endpoint
