#include <endpoint/api.h>
#include <endpoint/api_request.h>
#include <endpoint/request_reader.h>
#include <endpoint/text_hash.h>
#include <fmt/format.h>
#include <paceline/pace/schedule.h>
#include <paceline/text/strings.h>

#include <array>
#include <bit>
#include <cmath>
#include <iterator>
#include <string_view>

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

// Eight decimals, more than a float holds. Several times faster than fmt.
void append_decimal(double value, std::string& out) {
  constexpr std::uint64_t scale = 100'000'000;
  auto rest = static_cast<std::uint64_t>(std::llround(std::abs(value) * double{scale}));
  std::array<char, 10> digits{};
  for (std::size_t i = digits.size(); i > 2; rest /= 10) {
    digits[--i] = static_cast<char>('0' + rest % 10);
  }
  digits[1] = '.';
  digits[0] = static_cast<char>('0' + rest);
  if (value < 0) out += '-';
  out.append(digits.data(), digits.size());
}

}  // namespace

std::optional<ApiError> Embedder::answer(std::string& request, std::string& out) {
  if (auto error = read(request)) return error;
  write(out);
  return std::nullopt;
}

std::optional<ApiError> Embedder::read(std::string& request) {
  auto parsed = parse_request(parser_, request);
  if (!parsed) return std::move(parsed.error());
  const dom::object body = *parsed;
  if (auto error = read_model(body, model_)) return error;
  if (auto error = read_input(body)) return error;
  return read_shape(body);
}

std::optional<ApiError> Embedder::read_input(dom::object body) {
  seeds_.clear();
  prompt_tokens_ = 0;
  const auto input = find_member(body, "input");
  if (!input) return missing_parameter("input");
  dom::array list;
  if (input->get(list) != simdjson::SUCCESS) return add_input(*input);
  if (list.begin() == list.end()) return empty_array("input");
  if ((*list.begin()).is_int64()) return add_tokens(list);
  for (const dom::element one : list) {
    if (seeds_.size() == most_inputs) {
      return ApiError{bad_request,
                      fmt::format("Invalid 'input': array too long. Expected an array with maximum "
                                  "length {}.",
                                  most_inputs),
                      "input", "array_above_max_length"};
    }
    if (auto error = add_input(one)) return error;
  }
  return std::nullopt;
}

std::optional<ApiError> Embedder::add_input(dom::element input) {
  std::string_view text;
  dom::array tokens;
  if (input.get(tokens) == simdjson::SUCCESS) return add_tokens(tokens);
  if (input.get(text) != simdjson::SUCCESS) {
    return invalid_type("input", "a string, or an array of strings or of token numbers");
  }
  if (text.empty()) {
    return ApiError{bad_request, "Invalid 'input': input cannot be an empty string.", "input",
                    "empty_string"};
  }
  add(hash_of(text), tokens_of(text));
  return std::nullopt;
}

std::optional<ApiError> Embedder::add_tokens(dom::array tokens) {
  if (tokens.begin() == tokens.end()) return empty_array("input");
  std::uint64_t seed = hash_start;
  std::size_t count = 0;
  for (const dom::element token : tokens) {
    std::int64_t number = 0;
    if (token.get(number) != simdjson::SUCCESS) {
      return invalid_type("input", "a string, or an array of strings or of token numbers");
    }
    seed = (seed ^ static_cast<std::uint64_t>(number)) * hash_factor;
    ++count;
  }
  add(seed, count);
  return std::nullopt;
}

void Embedder::add(std::uint64_t seed, std::size_t tokens) {
  seeds_.push_back(seed);
  prompt_tokens_ += tokens;
}

std::optional<ApiError> Embedder::read_shape(dom::object body) {
  std::optional<std::size_t> dimensions;
  if (auto error = read_count(body, "dimensions", 1, dimensions)) return error;
  dimensions_ = dimensions.value_or(default_dimensions);
  if (dimensions_ > most_dimensions) {
    return ApiError{bad_request,
                    fmt::format("Invalid 'dimensions': integer above maximum value. Expected a "
                                "value <= {}, but got {} instead.",
                                most_dimensions, dimensions_),
                    "dimensions", "integer_above_max_value"};
  }
  in_base64_ = false;
  const auto format = find_member(body, "encoding_format");
  if (!format) return std::nullopt;
  std::string_view name;
  const bool is_text = format->get(name) == simdjson::SUCCESS;
  in_base64_ = is_text && name == "base64";
  if (in_base64_ || (is_text && name == "float")) return std::nullopt;
  return ApiError{bad_request, "Invalid value for 'encoding_format': expected 'float' or 'base64'.",
                  "encoding_format", "invalid_value"};
}

void Embedder::write(std::string& out) {
  out = R"({"object":"list","data":[)";
  const auto end = std::back_inserter(out);
  for (std::size_t i = 0; i < seeds_.size(); ++i) {
    fmt::format_to(end, R"({}{{"object":"embedding","index":{},"embedding":)", i == 0 ? "" : ",",
                   i);
    fill_vector(seeds_[i]);
    append_vector(out);
    out += '}';
  }
  out += R"(],"model":)";
  text::append_json_string(model_, out);
  fmt::format_to(end, R"(,"usage":{{"prompt_tokens":{0},"total_tokens":{0}}}}})", prompt_tokens_);
}

void Embedder::fill_vector(std::uint64_t seed) {
  vector_.resize(dimensions_);
  double squares = 0;
  for (double& value : vector_) {
    // In (-1, 1), half a step off so that no value is 0.
    value = 2 * pace::uniform(next_random(seed)) + 0x1p-53 - 1;
    squares += value * value;
  }
  const double factor = 1 / std::sqrt(squares);
  for (double& value : vector_) value *= factor;
}

void Embedder::append_vector(std::string& out) const {
  if (!in_base64_) {
    for (std::size_t i = 0; i < vector_.size(); ++i) {
      out += i == 0 ? '[' : ',';
      append_decimal(vector_[i], out);
    }
    out += ']';
    return;
  }
  // Floats in little-endian order.
  std::string bytes;
  bytes.reserve(vector_.size() * sizeof(float));
  for (const double value : vector_) {
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
    for (unsigned shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift);
  }
  out += '"';
  text::append_base64(bytes, out);
  out += '"';
}

}  // namespace paceline::endpoint
