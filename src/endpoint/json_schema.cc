#include <endpoint/generation.h>
#include <fmt/format.h>
#include <paceline/text/strings.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

// A schema that needs more is refused.
constexpr unsigned most_steps = 5'000;

struct FormatExample {
  std::string_view format;
  std::string_view text;
};
constexpr std::array<FormatExample, 9> format_examples = {
    {{"date-time", "2024-01-01T00:00:00Z"},
     {"date", "2024-01-01"},
     {"time", "00:00:00Z"},
     {"duration", "PT1S"},
     {"email", "a@example.com"},
     {"hostname", "example.com"},
     {"ipv4", "192.0.2.1"},
     {"ipv6", "2001:db8::1"},
     {"uuid", "00000000-0000-4000-8000-000000000000"}}};

/// Writes a value for a schema.
class SchemaWriter {
 public:
  explicit SchemaWriter(dom::element root) : root_(root) {}

  Result<void> write(dom::element schema, unsigned depth = 0);
  JsonResponse& json() { return json_; }

 private:
  Result<void> write_typed(std::string_view type, dom::object schema, unsigned depth);
  Result<void> write_reference(std::string_view pointer, unsigned depth);
  Result<void> write_first_of(dom::array options, unsigned depth);
  Result<void> write_object(dom::object schema, unsigned depth);
  Result<void> write_array(dom::object schema, unsigned depth);
  Result<void> write_string(dom::object schema);
  Result<void> write_number(dom::object schema, bool is_whole);
  std::string& out() { return json_.text; }

  dom::element root_;
  JsonResponse json_;
  unsigned steps_ = 0;
};

tl::unexpected<Error> refuse(std::string why) {
  return fail(ErrorCode::invalid_value, std::move(why));
}

std::string number_text(double value) {
  constexpr double exact = 9e15;
  if (value == std::trunc(value) && std::abs(value) < exact) {
    return std::to_string(static_cast<std::int64_t>(value));
  }
  return fmt::format("{}", value);
}

/// A count in the schema; 0 if it is missing.
std::uint64_t count_in(dom::object schema, std::string_view name) {
  std::uint64_t count = 0;
  return schema[name].get(count) == simdjson::SUCCESS ? count : 0;
}

std::string_view type_of_schema(dom::object schema) {
  dom::element type;
  std::string_view name;
  if (schema["type"].get(type) == simdjson::SUCCESS) {
    dom::array several;
    if (type.get(name) == simdjson::SUCCESS) return name;
    if (type.get(several) != simdjson::SUCCESS) return "?";
    for (const dom::element one : several) {
      if (one.get(name) == simdjson::SUCCESS && name != "null") return name;
    }
    return "null";
  }
  if (schema["properties"].error() == simdjson::SUCCESS ||
      schema["required"].error() == simdjson::SUCCESS) {
    return "object";
  }
  return schema["items"].error() == simdjson::SUCCESS ? "array" : "null";
}

Result<void> SchemaWriter::write(dom::element schema, unsigned depth) {
  constexpr unsigned deepest = 64;
  constexpr std::size_t longest = 1U << 20U;
  if (depth > deepest || ++steps_ > most_steps || out().size() > longest) {
    return refuse("the value is endless or very large");
  }
  bool allows = false;
  if (schema.get(allows) == simdjson::SUCCESS) {
    if (!allows) return refuse("a schema that is false allows no value");
    out() += "null";
    return {};
  }
  dom::object object;
  if (schema.get(object) != simdjson::SUCCESS)
    return refuse("a schema must be an object or a boolean");
  for (const char* unknown : {"not", "if", "pattern", "dependentRequired", "contains"}) {
    if (object[unknown].error() == simdjson::SUCCESS) {
      return refuse(fmt::format("'{}' is not supported", unknown));
    }
  }
  std::string_view text;
  dom::element value;
  dom::array list;
  if (object["$ref"].get(text) == simdjson::SUCCESS) return write_reference(text, depth);
  if (object["const"].get(value) == simdjson::SUCCESS) {
    append_as_ascii(simdjson::minify(value), out());
    return {};
  }
  if (object["enum"].get(list) == simdjson::SUCCESS) {
    if (list.begin() == list.end()) return refuse("an empty enum allows no value");
    append_as_ascii(simdjson::minify(*list.begin()), out());
    return {};
  }
  if (object["anyOf"].get(list) == simdjson::SUCCESS ||
      object["oneOf"].get(list) == simdjson::SUCCESS) {
    return write_first_of(list, depth);
  }
  if (object["allOf"].get(list) == simdjson::SUCCESS) {
    if (list.size() != 1) return refuse("only an 'allOf' of one schema is supported");
    return write(*list.begin(), depth + 1);
  }
  return write_typed(type_of_schema(object), object, depth);
}

Result<void> SchemaWriter::write_typed(std::string_view type, dom::object schema, unsigned depth) {
  if (type == "object") return write_object(schema, depth);
  if (type == "array") return write_array(schema, depth);
  if (type == "string") return write_string(schema);
  if (type == "integer") return write_number(schema, true);
  if (type == "number") return write_number(schema, false);
  if (type == "boolean") {
    out() += "true";
    return {};
  }
  if (type != "null") return refuse(fmt::format("'{}' is not a type", type));
  out() += "null";
  return {};
}

Result<void> SchemaWriter::write_reference(std::string_view pointer, unsigned depth) {
  dom::element target = root_;
  const bool is_local = pointer.starts_with('#');
  if (!is_local || (pointer.size() > 1 &&
                    root_.at_pointer(pointer.substr(1)).get(target) != simdjson::SUCCESS)) {
    return refuse(fmt::format("$ref '{}' is not in the schema", pointer));
  }
  return write(target, depth + 1);
}

// Prefers null, which ends a schema that refers to itself.
Result<void> SchemaWriter::write_first_of(dom::array options, unsigned depth) {
  for (const dom::element option : options) {
    std::string_view type;
    if (option["type"].get(type) == simdjson::SUCCESS && type == "null") {
      out() += "null";
      return {};
    }
  }
  const std::size_t size = out().size();
  const auto free_place = json_.free_place;
  Result<void> written = refuse("an empty anyOf or oneOf allows no value");
  for (const dom::element option : options) {
    written = write(option, depth + 1);
    if (written) return written;
    out().resize(size);
    json_.free_place = free_place;
  }
  return written;
}

Result<void> SchemaWriter::write_object(dom::object schema, unsigned depth) {
  out() += '{';
  dom::array required;
  std::size_t count = 0;
  if (schema["required"].get(required) == simdjson::SUCCESS) {
    for (const dom::element one : required) {
      std::string_view name;
      if (one.get(name) != simdjson::SUCCESS)
        return refuse("'required' must be an array of strings");
      if (count++ > 0) out() += ',';
      std::string key;
      text::append_json_string(name, key);
      append_as_ascii(key, out());
      out() += ':';
      dom::element property;
      if (schema["properties"][name].get(property) != simdjson::SUCCESS) {
        out() += "null";
      } else if (auto written = write(property, depth + 1); !written) {
        return written;
      }
    }
  }
  if (count_in(schema, "minProperties") > count) {
    return refuse("'minProperties' above the number of required properties is not supported");
  }
  out() += '}';
  return {};
}

Result<void> SchemaWriter::write_array(dom::object schema, unsigned depth) {
  const std::uint64_t least = count_in(schema, "minItems");
  bool is_unique = false;
  if (schema["uniqueItems"].get(is_unique) == simdjson::SUCCESS && is_unique && least > 1) {
    return refuse("'uniqueItems' of more than one item is not supported");
  }
  out() += '[';
  for (std::uint64_t i = 0; i < least; ++i) {
    if (i > 0) out() += ',';
    dom::element items;
    if (schema["prefixItems"].at(i).get(items) != simdjson::SUCCESS &&
        schema["items"].get(items) != simdjson::SUCCESS) {
      out() += "null";
      if (++steps_ > most_steps) return refuse("the value is very large");
    } else if (auto written = write(items, depth + 1); !written) {
      return written;
    }
  }
  out() += ']';
  return {};
}

Result<void> SchemaWriter::write_string(dom::object schema) {
  constexpr std::uint64_t longest = 1U << 20U;
  std::string_view format;
  if (schema["format"].get(format) == simdjson::SUCCESS) {
    const auto* found = std::find_if(format_examples.begin(), format_examples.end(),
                                     [&](const auto& one) { return one.format == format; });
    if (found == format_examples.end())
      return refuse(fmt::format("format '{}' is not supported", format));
    out() += fmt::format("\"{}\"", found->text);
    return {};
  }
  const std::uint64_t least = count_in(schema, "minLength");
  std::uint64_t most = 0;
  const bool is_bounded = schema["maxLength"].get(most) == simdjson::SUCCESS;
  if (least > longest) return refuse("'minLength' is too large");
  if (is_bounded && most < least) return refuse("'minLength' is above 'maxLength'");
  out() += '"';
  if (!is_bounded && !json_.free_place) json_.free_place = out().size();
  append_filling(least, out());
  out() += '"';
  return {};
}

Result<void> SchemaWriter::write_number(dom::object schema, bool is_whole) {
  const auto bound = [&schema](const char* name, double none) {
    double value = 0;
    return schema[name].get(value) == simdjson::SUCCESS ? value : none;
  };
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double above = bound("exclusiveMinimum", -infinity);
  const double below = bound("exclusiveMaximum", infinity);
  const double lowest = bound("minimum", -infinity);
  const double highest = bound("maximum", infinity);
  const double step = bound("multipleOf", is_whole ? 1 : 0);
  const double middle = (std::max(lowest, above) + std::min(highest, below)) / 2;
  // `above` and `below` are exclusive bounds, so the next whole number is tried.
  for (const double near : {0.0, lowest, above + 1, highest, below - 1, middle}) {
    const double up = step > 0 ? std::ceil(near / step) * step : near;
    const double down = step > 0 ? std::floor(near / step) * step : near;
    for (const double value : {up, down}) {
      if (std::isfinite(value) && value >= lowest && value <= highest && value > above &&
          value < below) {
        out() += number_text(value);
        return {};
      }
    }
  }
  return refuse("no number is within the bounds");
}

}  // namespace

Result<JsonResponse> json_for_schema(dom::element schema) {
  SchemaWriter writer(schema);
  return writer.write(schema).map([&writer] { return std::move(writer.json()); });
}

}  // namespace paceline::endpoint
