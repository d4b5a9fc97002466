#pragma once

#include <memory>
#include <string>

#include <paceline/api.h>
#include <paceline/prompt.h>
#include <paceline/workload.h>

namespace paceline {

/// The embedding of one text. `input.system` is ignored.
struct TextEmbedding {
  /// The model.
  std::string model = "text-embedding-3-small";
  /// The text to embed.
  Prompt input{.system = {}, .text = "Sentence #{n}: Esta es una prueba básica."};
};

/// The runs are called embeddings/create.
std::unique_ptr<Workload> make_workload(const Api& api, const TextEmbedding& embeddings);

}  // namespace paceline
