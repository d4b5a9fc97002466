#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace paceline::workload {

/// 1024 common English words of three to seven letters, each followed by a space. Each word is one
/// token, both at the start of a text and after a space, in the tokenizers of GPT-2, GPT-4
/// (cl100k), GPT-4o (o200k), Llama 2 and 3, Mistral, Gemma 3 and Qwen 3.
constexpr std::string_view synthetic_words =
    "the and for you with that this are from new return not your can was have get all will "
    "class public per out has but set more inter col part one they our their self time any over "
    "about work which add use else also who his some data private when end other off year like "
    "name need just act her been may true there them real what bet met value had would false "
    "type how were into make result list than first import back start only its string form look "
    "let static best under most find person help people car want don long final read test every "
    "should know she well hand then through user require right pass stud very these web product "
    "case good down bus where two see post pour high after even now art file mark many way much "
    "could while said used try number years event here play print key log day item last program "
    "word text current great does sign because home such free did before process take own child "
    "view cap break top size sit show model using design check world week son book him think "
    "again system call cent point being mat made each run place found open support create super "
    "line order service develop method custom quest state next life request those follow care "
    "array organ same intern local site style really pop main net pay default must game object "
    "direct fun fact around rest between old say non market term error android still plus "
    "without month going both project put page report build love leg client come color cost "
    "second content too path few port full pod access effect company message stand head feel "
    "pot level team mill health sure invest field lot things small table won mom protect always "
    "present change job range during keep review days little hum three water input better room "
    "link big power index school hard code catch plan family double success got within date "
    "account bit left group might element control special red count bar total base another "
    "image area since body give hot kind search air social contact record echo turn email "
    "action bed able less allow address looking never target dig title ask context video grow "
    "sent buy options console money price version include law match map short update today blog "
    "working door based lead comb making far meet course done quality away cell light label sum "
    "easy food times past four mind along begin source throw house side exist cover ten given "
    "width block called against results perfect large needs float thing why din win low camp "
    "elect fund learn via status sort thought amount valid hat live having land tool display "
    "single talk node until height clean load simple once items output select card mean often "
    "either makes bad problem getting values deal connect mass please later quick night ever "
    "story initial details author below store space country cook face send press example "
    "members study host extra city player major games media button hold write yet stay save "
    "news font hours comes miss share pie copy above friend focus due reason season row walk "
    "pick wait close period auto move future writing ago track click task doing inn option "
    "handle pal common pack clear created comment info music users human subject network "
    "started role global tell though months box length strong known front points film whether "
    "series heart young fall respect watch bring install fast friends stop history someone "
    "query phone pet popular window age unique enter million added fit article fig near join "
    "works prop device render accept terms energy limit parent went step general column types "
    "format server engine pen member early weight answer normal reading issues apply express "
    "suggest needed events correct switch taking delete center draw seen screen among tag "
    "session impact remove natural rate loss feature actual files brand command comfort grand "
    "percent half except pan words rights living travel sites foot claim dog fire staff five "
    "stock root token issue changes paper forward filter bill active quite student border mode "
    "similar inside soon almost running board plant modern fan era tab flex stream credit "
    "office latest third bank lower nothing regular fill bin likely usually ready ways models "
    "risk tar digital cause section fail song mobile bag happy choice matter related recent "
    "books players coming entry pretty higher frame gas sun machine virtual sound round sale "
    "party touch oil shows nice six sell graph note menu images held drive random outside "
    "rather worth upon policy written reach instead leave unit feed safe speed ground legal "
    "medical late flow average nature ball parts icon cases collect allows storage region skin "
    "chat complex fort gel cross deep ones hair lock built leading seek cart cool tree wide "
    "band memory wrong header empty slot release town movie playing star growth ability pattern "
    "photos ton floor margin charge levels pool avoid parse daily score tools liter roll "
    "updated concept trust sense train club alert fields pages gold buffer goal thread notice "
    "gets views owner lines rock shall picture bottom verb college road commit sleep names sold "
    "photo parents solid lost hour module trip uses smart green profile dark groups led driver "
    "hands fine fresh offset capital nut piece cat shop primary defined warm guide changed "
    "worked prime edit byte mount former setting stress payment allowed fix wood scale effects "
    "channel raise push stuff links failed stage states conduct camera basic drop counter rent "
    "entity fair align respond force padding shape birth shared rules places eyes sea depend "
    "fully flag route theme culture purpose wall package vector license surface mix classes "
    "slow dream cast editor rates intent carry tips blue vent felt degree lab secret limited "
    "paid master budget dry stories gem mother middle spot videos posts moving core mail maybe "
    "baby sat soft shown sample devices pin layer letter adjust rank court patient sports steps "
    "rich actions panel jobs nation arm manager tip played cards heard dress trade layout "
    "maximum grid heat pair balance writer rule exit monitor errors tests sand agree turned "
    "stack detail serial insert topic mask meaning volume eye reader reports metal glass audio "
    "central minimum weather album adapt ";

/// Appends a text of `tokens` tokens: that many common words, separated by spaces. Each word is one
/// token in the usual tokenizers (synthetic_words). The tokens of a chat template are extra.
///
/// The same salt and item give the same text on every machine. Prefix caches have no hits: for one
/// salt, the first words of any 1024 successive items differ, and so do the first three words of
/// any 2^30 successive items. Another salt gives other words.
void append_synthetic_text(std::uint64_t salt, std::uint64_t item, std::size_t tokens,
                           std::string& out);

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): a bijection without visible structure.
std::uint64_t mixed_bits(std::uint64_t x);

/// Maps the top 52 bits of a random number to (0, 1).
constexpr double uniform_number(std::uint64_t random_bits) {
  return (static_cast<double>(random_bits >> 12U) + 0.5) * 0x1p-52;
}

}  // namespace paceline::workload
