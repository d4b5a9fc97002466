"""Makes a tokenizer without a model, in the folder that is the argument: each word is a token, like
the words that paceline_endpoint sends. Needs the package transformers, which every tool brings."""

import sys

from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

words = Tokenizer(models.WordLevel({"<word>": 0, "<end>": 1}, unk_token="<word>"))
words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, unk_token="<word>", eos_token="<end>")
tokenizer.chat_template = "{% for message in messages %}{{ message['content'] }} {% endfor %}"
tokenizer.save_pretrained(sys.argv[1])
