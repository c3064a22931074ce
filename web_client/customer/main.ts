import "@shared/theme.css";
