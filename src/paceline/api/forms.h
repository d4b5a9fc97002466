#pragma once

#include <paceline/api/api_form.h>

namespace paceline::api {

/// POST {url}/chat/completions
const GenerationForm& chat_form();
/// POST {url}/completions
const GenerationForm& completions_form();
/// POST {url}/responses
const GenerationForm& responses_form();
/// POST {url}/messages
const GenerationForm& messages_form();
/// POST {url}/embeddings
const ApiForm& embeddings_form();
/// POST {url}/rerank
const ApiForm& rerank_form();

}  // namespace paceline::api
