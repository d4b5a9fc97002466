#include <endpoint/tools.h>
#include <fmt/format.h>
#include <paceline/pace/schedule.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

/// A function that a request offers.
struct Offer {
  std::string_view name;
  std::optional<dom::element> schema;
};

/// The value of `tool_choice`.
struct Choice {
  enum class Kind { none, automatic, any, named };
  Kind kind = Kind::automatic;
  std::string_view name;
};

std::string_view schema_member(ToolForm form) {
  return form == ToolForm::messages ? "input_schema" : "parameters";
}

/// Nothing for tools that are no functions, such as those that a server runs itself.
tl::expected<std::optional<Offer>, ApiError> read_offer(dom::element tool, ToolForm form) {
  const auto wrong = tl::unexpected(invalid_type("tools", "an array of tools, each with a name"));
  dom::object object;
  if (tool.get(object) != simdjson::SUCCESS) return wrong;
  std::string_view type = form == ToolForm::messages ? "custom" : "function";
  const std::string_view wanted = type;
  if (object["type"].get(type) == simdjson::SUCCESS && type != wanted) return std::nullopt;
  if (form == ToolForm::chat && object["function"].get(object) != simdjson::SUCCESS) return wrong;
  Offer offer;
  if (object["name"].get(offer.name) != simdjson::SUCCESS || offer.name.empty()) return wrong;
  offer.schema = find_member(object, schema_member(form));
  return offer;
}

tl::expected<std::vector<Offer>, ApiError> read_offers(dom::element tools, ToolForm form) {
  dom::array list;
  if (tools.get(list) != simdjson::SUCCESS) {
    return tl::unexpected(invalid_type("tools", "an array of objects"));
  }
  std::vector<Offer> offers;
  for (const dom::element tool : list) {
    auto offer = read_offer(tool, form);
    if (!offer) return tl::unexpected(std::move(offer.error()));
    if (*offer) offers.push_back(**offer);
  }
  return offers;
}

tl::unexpected<ApiError> invalid_choice() {
  return tl::unexpected(
      ApiError{bad_request,
               "Invalid value for 'tool_choice': expected 'none', 'auto', 'required', or an object "
               "that names a tool.",
               "tool_choice", "invalid_value"});
}

// Other kinds of choices limit the tools further, and leave the decision to the model.
tl::expected<Choice, ApiError> read_choice(dom::element choice) {
  using Kind = Choice::Kind;
  std::string_view word;
  const bool is_object = choice.is_object();
  if ((is_object ? choice["type"].get(word) : choice.get(word)) != simdjson::SUCCESS) {
    return invalid_choice();
  }
  if (word == "none") return Choice{Kind::none, {}};
  if (word == "auto") return Choice{Kind::automatic, {}};
  if (word == "required" || word == "any") return Choice{Kind::any, {}};
  if (!is_object) return invalid_choice();
  if (word != "function" && word != "tool") return Choice{};
  Choice named{Kind::named, {}};
  if (choice["function"]["name"].get(named.name) != simdjson::SUCCESS &&
      choice["name"].get(named.name) != simdjson::SUCCESS) {
    return invalid_choice();
  }
  return named;
}

tl::expected<std::optional<ToolCall>, ApiError> call_of(const Offer& offer) {
  ToolCall call{std::string(offer.name), {}};
  if (!offer.schema) {
    call.arguments.text = "{}";
    return call;
  }
  auto arguments = json_for_schema(*offer.schema);
  if (!arguments) {
    return tl::unexpected(
        ApiError{bad_request,
                 fmt::format("The endpoint cannot make arguments for the tool '{}': {}.",
                             offer.name, arguments.error().message),
                 "tools", "invalid_function_parameters"});
  }
  call.arguments = std::move(*arguments);
  return call;
}

}  // namespace

tl::expected<std::optional<ToolCall>, ApiError> ToolChooser::choose(dom::object body,
                                                                    ToolForm form) {
  const auto tools = find_member(body, "tools");
  const auto given = find_member(body, "tool_choice");
  if (!tools) {
    if (!given) return std::nullopt;
    return tl::unexpected(ApiError{
        bad_request, "'tool_choice' is only allowed when 'tools' are specified.", "tool_choice"});
  }
  const auto offers = read_offers(*tools, form);
  if (!offers) return tl::unexpected(offers.error());
  const auto choice = given ? read_choice(*given) : Choice{};
  if (!choice) return tl::unexpected(choice.error());
  if (choice->kind == Choice::Kind::named) {
    const auto named = std::find_if(offers->begin(), offers->end(),
                                    [&](const Offer& offer) { return offer.name == choice->name; });
    if (named != offers->end()) return call_of(*named);
    return tl::unexpected(ApiError{
        bad_request, fmt::format("Tool choice '{}' not found in 'tools' parameter.", choice->name),
        "tool_choice", "invalid_value"});
  }
  if (offers->empty() || choice->kind == Choice::Kind::none) return std::nullopt;
  if (choice->kind == Choice::Kind::automatic && !is_drawn()) return std::nullopt;
  return call_of((*offers)[calls_++ % offers->size()]);
}

bool ToolChooser::is_drawn() {
  return share_ > 0 && pace::uniform(random_()) < share_;
}

}  // namespace paceline::endpoint
