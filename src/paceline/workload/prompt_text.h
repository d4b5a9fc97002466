#pragma once

#include <paceline/api/api_form.h>
#include <paceline/prompt.h>
#include <paceline/workload/body_template.h>
#include <paceline/workload/trace.h>

namespace paceline::workload {

/// The messages of a prompt, for a BodyTemplate. `trace`: has the lengths of the prompts, if it
/// records them; nullptr: there is none.
api::PromptText prompt_text(const Prompt& prompt, const Trace* trace = nullptr);

/// What the placeholders of the prompt and of the response's length become. `out`: the lengths of
/// responses that `trace` does not have.
Fillers fillers_of(const Prompt& prompt, const Lengths& out = {}, const Trace* trace = nullptr);

}  // namespace paceline::workload
