#include <endpoint/request_reader.h>
#include <endpoint/reranker.h>
#include <endpoint/text_hash.h>
#include <fmt/format.h>
#include <paceline/pace/schedule.h>
#include <paceline/text/strings.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

std::optional<std::string_view> text_of_document(dom::element document) {
  std::string_view text;
  if (document.get(text) == simdjson::SUCCESS || document["text"].get(text) == simdjson::SUCCESS) {
    return text;
  }
  return std::nullopt;
}

}  // namespace

std::optional<ApiError> Reranker::answer(std::string& request, std::string& out) {
  if (auto error = read(request)) return error;
  ++responses_;
  rank();
  write(out);
  return std::nullopt;
}

std::optional<ApiError> Reranker::read(std::string& request) {
  auto parsed = parse_request(parser_, request);
  if (!parsed) return std::move(parsed.error());
  const dom::object body = *parsed;
  if (auto error = read_model(body, model_)) return error;
  const auto query = find_member(body, "query");
  if (!query) return missing_parameter("query");
  std::string_view text;
  if (query->get(text) != simdjson::SUCCESS) return invalid_type("query", "a string");
  if (auto error = read_documents(body, text)) return error;
  std::optional<std::size_t> wanted;
  if (auto error = read_count(body, "top_n", 1, wanted)) return error;
  wanted_ = std::min(wanted.value_or(ranked_.size()), ranked_.size());
  returns_documents_ = false;
  return read_flag(body, "return_documents", returns_documents_);
}

std::optional<ApiError> Reranker::read_documents(dom::object body, std::string_view query) {
  const auto documents = find_member(body, "documents");
  if (!documents) return missing_parameter("documents");
  dom::array list;
  constexpr std::string_view kinds = "an array of strings or of objects with a 'text'";
  if (documents->get(list) != simdjson::SUCCESS) return invalid_type("documents", kinds);
  if (list.begin() == list.end()) return empty_array("documents");
  ranked_.clear();
  prompt_tokens_ = 0;
  const std::uint64_t seed = hash_of(query);
  for (const dom::element document : list) {
    if (ranked_.size() == most_documents) {
      return ApiError{bad_request,
                      fmt::format("Invalid 'documents': array too long. Expected an array with "
                                  "maximum length {}.",
                                  most_documents),
                      "documents", "array_above_max_length"};
    }
    const auto text = text_of_document(document);
    if (!text) return invalid_type("documents", kinds);
    std::uint64_t state = hash_of(*text, seed);
    ranked_.push_back({ranked_.size(), pace::uniform(next_random(state)), *text});
    prompt_tokens_ += tokens_of(query) + tokens_of(*text);
  }
  return std::nullopt;
}

void Reranker::rank() {
  const auto is_before = [](const Ranked& a, const Ranked& b) {
    return a.score > b.score || (a.score == b.score && a.index < b.index);
  };
  const auto end = ranked_.begin() + static_cast<std::ptrdiff_t>(wanted_);
  std::partial_sort(ranked_.begin(), end, ranked_.end(), is_before);
  ranked_.erase(end, ranked_.end());
}

void Reranker::write(std::string& out) const {
  out = R"({"id":"rerank-)";
  constexpr std::size_t id_width = 29;
  text::append_number(responses_, out, id_width);
  out += R"(","object":"rerank","model":)";
  text::append_json_string(model_, out);
  out += R"(,"results":[)";
  const auto end = std::back_inserter(out);
  for (const Ranked& one : ranked_) {
    if (out.back() != '[') out += ',';
    fmt::format_to(end, R"({{"index":{},"relevance_score":{:.8f})", one.index, one.score);
    if (returns_documents_) {
      out += R"(,"document":{"text":)";
      text::append_json_string(one.text, out);
      out += '}';
    }
    out += '}';
  }
  fmt::format_to(end, R"(],"usage":{{"prompt_tokens":{0},"total_tokens":{0}}}}})", prompt_tokens_);
}

}  // namespace paceline::endpoint
