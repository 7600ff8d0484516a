"""The picture of an archive: `facts` asks the ledger, `findings` judges, `charts` draws, `page` makes one HTML file."""
