"""A shopping cart: the sample that `make run` reads aloud."""

from dataclasses import dataclass, field

TAX = 0.19  # German value-added tax


@dataclass
class Item:
    name: str
    price: float
    count: int = 1


@dataclass
class Cart:
    items: list[Item] = field(default_factory=list)

    def add(self, item: Item) -> None:
        if item.count < 1 or not item.name:
            raise ValueError(f"cannot add {item.name!r}")
        self.items.append(item)

    def total(self, with_tax: bool = True) -> float:
        net = sum(item.price * item.count for item in self.items)
        return round(net * (1 + TAX), 2) if with_tax else net


cart = Cart()
cart.add(Item("headphones", 59.90))
cart.add(Item("batteries", 2.49, count=4))
print(f"Please pay {cart.total()} euros.")  # TODO: other currencies
