"""Putting a page together."""
from __future__ import annotations
from selectolax.lexbor import LexborHTMLParser
from dedupe.page.tree import read_tree, mark_names
from dedupe.page.head import read_head
from dedupe.page.features import features
from dedupe.page.regions import measure
from dedupe.page.blocks import join_rows, likely
DAMPED=("comment","related","nav","footer","side","prompt","<nav>","<footer>","<aside>")
def look(html,url):
    p=LexborHTMLParser(html); head=read_head(p,url); tree=read_tree(p); join_rows(tree)
    damped=sum(1<<mark_names().index(n) for n in DAMPED)
    if not tree.text: tree.container.append(0) or tree.text.append("-") or tree.links.append(0) or tree.bold.append(0); tree.parent or (tree.parent.append(0),tree.tag.append(0),tree.name.append("body"),tree.marks.append(0))
    r=measure(tree,damped); k=likely(tree,r)
    return tree,r,head,k,features(tree,r,head,k)
