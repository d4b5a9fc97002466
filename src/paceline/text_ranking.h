#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <paceline/api.h>
#include <paceline/prompt.h>
#include <paceline/workload.h>

namespace paceline {

/// The ranking of documents by their relevance to a query. `query.system`, `query.ids` and
/// `query.images` are ignored.
struct TextRanking {
  /// The model.
  std::string model = "rerank-v3.5";
  /// The query.
  Prompt query{.system = {}, .text = "Sentence #{n}: Which text is about a translation?"};
  /// Number of documents.
  std::size_t documents = 10;
  /// Length of each document, a synthetic text that is unique to the document and the item.
  /// Approximate.
  std::size_t document_tokens = 100;
};

/// The runs are called rerank/create.
std::unique_ptr<Workload> make_workload(const Api& api, const TextRanking& ranking);

}  // namespace paceline
