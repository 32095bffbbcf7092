import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What is on the shelves, and what has to be ordered. */
public final class Inventory {
    public record Article(String name, int stock, int least) {
        boolean isScarce() {
            return stock < least;
        }
    }

    private final List<Article> articles = new ArrayList<>();

    public Inventory add(Article article) {
        articles.removeIf(known -> known.name().equals(article.name()));
        articles.add(article);
        return this;
    }

    /** The article that is needed most urgently, if any is scarce. */
    public Optional<Article> mostUrgent() {
        return articles.stream()
                .filter(Article::isScarce)
                .min(Comparator.comparingInt(article -> article.stock() - article.least()));
    }

    public static void main(String[] args) {
        var inventory = new Inventory()
                .add(new Article("guitar strings", 3, 10))
                .add(new Article("plectrums", 250, 100));
        inventory.mostUrgent().ifPresentOrElse(
                article -> System.out.printf("Order %s: only %d left.%n", article.name(), article.stock()),
                () -> System.out.println("Nothing to order."));
    }
}
