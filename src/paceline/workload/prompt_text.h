#pragma once

#include <paceline/api/api_form.h>
#include <paceline/prompt.h>
#include <paceline/workload/body_template.h>

namespace paceline::workload {

/// The messages of a prompt, for a BodyTemplate.
api::PromptText prompt_text(const Prompt& prompt);

/// What the placeholders of the prompt become.
Fillers fillers_of(const Prompt& prompt);

}  // namespace paceline::workload
