#include <string_view>

#include <paceline/api/forms.h>
#include <paceline/api/json_reader.h>
#include <paceline/api/whole_response.h>

namespace paceline::api {
namespace {

namespace dom = simdjson::dom;

/// Cohere, Jina, vLLM and llama.cpp send `results`, Voyage `data`, and Text Embeddings Inference an
/// array.
bool read_results(dom::element root, dom::array& results) {
  return root.get(results) == simdjson::SUCCESS || read_value(root["results"], results) ||
         read_value(root["data"], results);
}

/// Cohere reports its usage in `meta`.
std::optional<Usage> read_rerank_usage(dom::element root) {
  std::optional<Usage> usage = read_usage(root);
  dom::element meta;
  if (!usage && read_value(root["meta"], meta)) usage = read_token_counts(meta["tokens"]);
  // A total without its parts counts the query and the documents.
  if (!usage) usage = read_total_tokens(root["usage"]);
  // Rankings have no completion.
  if (usage && !usage->completion_tokens) usage->completion_tokens = 0;
  return usage;
}

class RerankForm : public ApiForm {
 public:
  std::string_view name() const override { return "rerank"; }
  std::string_view path() const override { return "/rerank"; }

  Outcome read_whole(dom::element root) const override {
    if (const auto told = read_told_error(root)) return failed_by(*told);
    dom::array results;
    if (!read_results(root, results) || results.begin() == results.end()) {
      return without_answers(root, "results");
    }
    for (const dom::element result : results) {
      if (!has_value(result["index"])) return without_answers(root, "results with an index");
    }
    Outcome outcome;
    outcome.usage = read_rerank_usage(root);
    return outcome;
  }
};

}  // namespace

const ApiForm& rerank_form() {
  static const RerankForm form;
  return form;
}

}  // namespace paceline::api
