"""Questions the FAQ could not answer: personal data taken out, the same ones brought together, new ones as they come."""

from knowledge_base.gaps.groups import Groups
from knowledge_base.gaps.masking import mask, unmarked
from knowledge_base.gaps.page import page_facts

__all__ = ["Groups", "mask", "page_facts", "unmarked"]
