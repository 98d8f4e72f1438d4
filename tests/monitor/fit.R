# Fits Poisson models to the tables that compare.py wrote: for each line of models.tsv (file, lists, interactions) a line of
# estimate, standard error, deviance, degrees of freedom and AIC.
folder <- commandArgs(trailingOnly = TRUE)[1]
models <- read.table(file.path(folder, "models.tsv"), sep = "\t", colClasses = "character", col.names = c("file", "lists", "pairs"))
fit <- function(file, lists, pairs) {
  table <- read.csv(file)
  lists <- as.integer(lists)
  all <- expand.grid(rep(list(0:1), lists))
  names(all) <- names(table)[1:lists]
  all <- all[rowSums(all) > 0, ]
  table <- merge(all, table, all.x = TRUE)
  table$freq[is.na(table$freq)] <- 0
  names <- names(all)
  terms <- names
  if (nchar(pairs) > 0) {
    for (pair in strsplit(pairs, ",")[[1]]) {
      at <- as.integer(strsplit(pair, "")[[1]])
      terms <- c(terms, paste(names[at], collapse = ":"))
    }
  }
  formula <- as.formula(paste("freq ~", paste(terms, collapse = " + ")))
  model <- glm(formula, family = poisson, data = table, control = glm.control(epsilon = 1e-12, maxit = 100))
  unseen <- exp(coef(model)[[1]])
  error <- sqrt(unseen + unseen^2 * vcov(model)[1, 1])
  c(sum(table$freq) + unseen, error, deviance(model), df.residual(model), AIC(model))
}
rows <- t(mapply(fit, models$file, models$lists, models$pairs))
write.table(format(rows, digits = 15), file.path(folder, "r.tsv"), sep = "\t", quote = FALSE, row.names = FALSE, col.names = FALSE)
